import LandlineProtocol
import NIOCore
import Testing

@testable import LandlineServer

@Suite struct CommandInputTests {
  @Test func smallPiecesAreJoined() async throws {
    let input = CommandInput()
    for number in 0..<10_000 { try input.push(ByteBuffer(bytes: [UInt8(truncatingIfNeeded: number)])) }
    input.end()
    var all = ByteBuffer()
    var count = 0
    while var piece = try await input.next() {
      all.writeBuffer(&piece)
      count += 1
    }
    #expect(count <= 3)
    #expect(Array(all.readableBytesView) == (0..<10_000).map { UInt8(truncatingIfNeeded: $0) })
  }

  @Test func theyStayInOrderBetweenLargeOnes() async throws {
    let input = CommandInput()
    let large = Array(repeating: UInt8(ascii: "l"), count: 5_000)
    for piece in [[1], [2, 3], large, [4], large, [5]] { try input.push(ByteBuffer(bytes: piece)) }
    input.end()
    var all: [UInt8] = []
    while let piece = try await input.next() { all += piece.readableBytesView }
    #expect(all == [1, 2, 3] + large + [4] + large + [5])
  }

  @Test func moreThanTheCreditIsRefused() throws {
    let input = CommandInput()
    try input.push(ByteBuffer(repeating: 0, count: StreamCredits.initial))
    #expect(throws: LineError.self) { try input.push(ByteBuffer(bytes: [1])) }
  }
}
