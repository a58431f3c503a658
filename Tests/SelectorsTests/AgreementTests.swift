import Glibc
import Selectors
import Testing

extension SelectorSuite {
  /// The three kinds say the same after anything that can be done to them.
  @Suite("Agreement of the kinds")
  struct AgreementTests {
    @Test func randomOperations() throws {
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<20 {
        let selectors = try SelectorKind.allCases.map { try $0.make() }
        var pairs = try Pairs(count: 6)
        var log: [String] = []
        for step in 0..<200 {
          let descriptor = pairs.all.randomElement(using: &generator)!
          let peer = pairs.peer(of: descriptor)
          let events = Events(rawValue: UInt8.random(in: 0...3, using: &generator))
          let operation = Int.random(in: 0..<7, using: &generator)
          log.append("\(operation) \(descriptor) \(events)")
          switch operation {
          case 0, 1:
            try expectSame(selectors, log) { selector throws(SelectorError) in
              try selector.register(descriptor, for: events, data: "\(step)")
            }
          case 2:
            try expectSame(selectors, log) { selector throws(SelectorError) in
              try selector.modify(descriptor, for: events, data: "\(step)")
            }
          case 3:
            try expectSame(selectors, log) { selector throws(SelectorError) in try selector.unregister(descriptor) }
          case 4: Pair.send("x", to: descriptor)
          case 5: while let text = Pair.receive(from: peer), !text.isEmpty {}
          default:
            for selector in selectors {
              for end in [descriptor, peer] where selector[end] != nil { try selector.unregister(end) }
            }
            try pairs.replace(descriptor)
          }
          let reports = try selectors.map { try Set($0.select(timeout: .zero)) }
          guard Set(reports).count == 1, step % 20 != 0 || Set(selectors.map { $0.keys }).count == 1 else {
            Issue.record("\(log) -> \(reports)")
            return
          }
        }
      }
    }

    private func expectSame(
      _ selectors: [any AnySelector], _ log: [String],
      _ body: (any AnySelector) throws(SelectorError) -> SelectorKey<String>
    ) throws {
      var outcomes: Set<String> = []
      for selector in selectors {
        do throws(SelectorError) {
          outcomes.insert("\(try body(selector))")
        } catch {
          outcomes.insert(error.code.description)
        }
      }
      if outcomes.count != 1 { Issue.record("\(log) -> \(outcomes)") }
    }

    private struct Pairs: ~Copyable {
      private(set) var all: [CInt] = []
      private var peers: [CInt: CInt] = [:]

      init(count: Int) throws { for _ in 0..<count { try add() } }

      deinit { for descriptor in all { close(descriptor) } }

      func peer(of descriptor: CInt) -> CInt { peers[descriptor]! }

      private mutating func add() throws {
        var pair = try Pair()
        all += [pair.reader, pair.writer]
        peers[pair.reader] = pair.writer
        peers[pair.writer] = pair.reader
        pair.release()
      }

      /// Closes the pair and makes another, which gets the same numbers.
      mutating func replace(_ descriptor: CInt) throws {
        let peer = peer(of: descriptor)
        peers[descriptor] = nil
        peers[peer] = nil
        all.removeAll { $0 == descriptor || $0 == peer }
        close(descriptor)
        close(peer)
        try add()
      }
    }
  }
}
