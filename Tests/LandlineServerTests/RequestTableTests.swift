import LandlineProtocol
import Testing

@testable import LandlineServer

/// The rules of docs/PROTOCOL.md sections 3 and 6 for ids, `data`, `commit` and `cancel`.
@Suite struct RequestTableTests {
  private let table = RequestTable()
  private let budget = ByteBudget(limit: 1_000)
  private let digest = Digest256(hashing: [])

  private func open(_ id: UInt64, isTransfer: Bool = true) throws -> BodyPipe {
    let pipe = BodyPipe(budget: budget)
    try table.open(id, isTransfer: isTransfer, cost: 7, pipe: pipe) {}
    return pipe
  }

  private func isPipe(_ destination: RequestTable.Destination) -> Bool {
    if case .pipe = destination { true } else { false }
  }

  @Test func idsOnlyGrow() {
    #expect(table.isNew(0))
    #expect(!table.isNew(0))
    #expect(table.isNew(5))
    #expect(!table.isNew(4))
  }

  @Test func dataOnlyWhenReady() throws {
    _ = try open(1)
    #expect(throws: LineError.self) { try table.destination(of: 1) }
    #expect(throws: LineError.self) { try table.commit(1) }
    #expect(throws: LineError.self) { try table.destination(of: 2) }
  }

  @Test func commitIsTheLastWord() throws {
    _ = try open(1)
    table.ready(1)
    #expect(isPipe(try table.destination(of: 1)))
    #expect(try table.commit(1) != nil)
    #expect(throws: LineError.self) { try table.destination(of: 1) }
    #expect(throws: LineError.self) { try table.commit(1) }
    #expect(table.cancel(1) == nil)
    #expect(table.finish(1, succeeded: true) == 7)
    #expect(table.isEmpty)
  }

  @Test func afterAnErrorDataIsDroppedUntilTheLastWord() throws {
    _ = try open(1)
    table.ready(1)
    _ = table.finish(1, succeeded: false)
    #expect(table.isEmpty)
    #expect(!isPipe(try table.destination(of: 1)))
    #expect(try table.commit(1) == nil)
    #expect(throws: LineError.self) { try table.destination(of: 1) }
  }

  @Test func cancelAfterAnErrorIsNotAnswered() throws {
    _ = try open(1)
    table.ready(1)
    _ = table.finish(1, succeeded: false)
    #expect(table.cancel(1) == nil)
    #expect(throws: LineError.self) { try table.commit(1) }
  }

  @Test func anErrorBeforeReadyEndsIt() throws {
    _ = try open(1)
    _ = table.finish(1, succeeded: false)
    #expect(throws: LineError.self) { try table.destination(of: 1) }
    #expect(table.finish(1, succeeded: false) == 0)
  }

  @Test func limits() throws {
    for id in 0..<UInt64(LineProtocol.maximumOpenTransfers) { _ = try open(id) }
    #expect(throws: LineError.self) { try open(1_000) }
    for id in 2_000..<UInt64(2_000 + LineProtocol.maximumOpenRequests - LineProtocol.maximumOpenTransfers) {
      _ = try open(id, isTransfer: false)
    }
    #expect(throws: LineError.self) { try open(9_000, isTransfer: false) }
    _ = table.finish(0, succeeded: true)
    _ = try open(9_001)
  }
}
