import Glibc
import Selectors
import Testing

extension SelectorSuite {
  @Suite("Many descriptors")
  struct ManyDescriptorsTests {
    /// More numbers than `select` has bits, all of them registered and half of them ready.
    @Test(arguments: [SelectorKind.poll, .epoll])
    func aboveTheSizeOfADescriptorSet(_ kind: SelectorKind) throws {
      try raiseLimit(to: 4_000)
      let selector = try kind.make()
      var numbers: [CInt] = []
      defer { for number in numbers { close(number) } }
      var writers: Set<CInt> = []
      for _ in 0..<700 {
        var pair = try Pair(from: 1_100)
        numbers += [pair.reader, pair.writer]
        writers.insert(pair.writer)
        try selector.register(pair.reader, for: .read, data: "r")
        try selector.register(pair.writer, for: .write, data: "w")
        pair.release()
      }
      #expect(selector.count == 1_400)
      #expect(numbers.min() ?? 0 >= 1_100)
      // epoll reports 512 of them a wait.
      var seen: Set<CInt> = []
      for _ in 0..<2 {
        let ready = try selector.select(timeout: .zero)
        #expect(ready.allSatisfy { $0.events == .write })
        seen.formUnion(ready.map(\.key.descriptor))
      }
      #expect(seen == writers)
    }

    @Test func selectRefusesThem() throws {
      try raiseLimit(to: 4_000)
      let selector = try SelectorKind.select.make()
      let pair = try Pair(from: 1_024)
      let reader = pair.reader
      let error = try #require(throws: SelectorError.self) { try selector.register(reader, for: .read, data: "") }
      #expect(error.code == .descriptorTooLarge)
      #expect(error.message.contains("\(reader)"))
      #expect(error.message.contains("PollSelector"))
      #expect(selector.count == 0)
      #expect(try selector.select(timeout: .zero) == [])
      #expect(selector[reader] == nil)
    }

    @Test func theHighestThatSelectTakes() throws {
      try raiseLimit(to: 4_000)
      let selector = try SelectorKind.select.make()
      let pair = try Pair()
      let highest = dup2(pair.reader, 1_023)
      defer { close(highest) }
      let key = try selector.register(highest, for: .read, data: "highest")
      pair.send()
      #expect(try selector.select(timeout: nil) == [ReadyKey(key, .read)])
      try selector.unregister(highest)
      let low = try selector.register(pair.reader, for: .read, data: "low")
      #expect(try selector.select(timeout: nil) == [ReadyKey(low, .read)])
    }

    private func raiseLimit(to number: rlim_t) throws {
      var limit = rlimit()
      try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
      guard limit.rlim_cur < number else { return }
      try #require(limit.rlim_max >= number, "run the tests with a hard limit of \(number) descriptors (ulimit -Hn)")
      limit.rlim_cur = number
      try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    }
  }
}
