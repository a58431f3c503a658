import Glibc
import Selectors
import SystemPackage
import Testing

extension SelectorSuite {
  @Suite("epoll")
  struct EpollTests {
    @Test func edgeTriggered() throws {
      var selector = try EpollSelector<String>()
      let pair = try Pair()
      let key = try selector.register(pair.reader, for: .read, data: "edge", mode: .edgeTriggered)
      pair.send("one")
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])
      #expect(try selector.select(timeout: .zero) == [])
      pair.send("two")
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])
      #expect(try selector.select(timeout: .zero) == [])
      #expect(pair.receive() == "onetwo")
      pair.send("three")
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])
      try selector.rearm(pair.reader)
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])
    }

    @Test func backToLevels() throws {
      var selector = try EpollSelector<String>()
      let pair = try Pair()
      try selector.register(pair.reader, for: .read, data: "edge", mode: .edgeTriggered)
      pair.send()
      #expect(try selector.select(timeout: .zero).count == 1)
      #expect(try selector.select(timeout: .zero) == [])
      let key = try selector.modify(pair.reader, for: .read, data: "level", mode: [])
      for _ in 0..<2 { #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)]) }
    }

    /// `modify` as all selectors have it keeps the mode.
    @Test func modifyKeepsTheMode() throws {
      var selector = try EpollSelector<String>()
      let pair = try Pair()
      try selector.register(pair.reader, for: .read, data: "edge", mode: .edgeTriggered)
      let key = try selector.modify(pair.reader, for: [.read, .write])
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .write)])
      #expect(try selector.select(timeout: .zero) == [])
    }

    @Test func oneShot() throws {
      var selector = try EpollSelector<String>()
      let pair = try Pair()
      let key = try selector.register(pair.reader, for: .read, data: "once", mode: .oneShot)
      pair.send()
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])
      pair.send()
      #expect(try selector.select(timeout: .zero) == [])
      #expect(selector[pair.reader] == key)
      try selector.rearm(pair.reader)
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])
      #expect(try selector.select(timeout: .zero) == [])
      // The same events and data: still, it is armed again.
      try selector.modify(pair.reader, for: .read)
      #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)])
    }

    @Test func rearmWhatIsNotThere() throws {
      var selector = try EpollSelector<String>()
      let error = try #require(throws: SelectorError.self) { try selector.rearm(3) }
      #expect(error.code == .notRegistered)
    }

    /// Of two that watch the same file and wait, the kernel wakes one at least; without the mode, both.
    @Test func exclusive() throws {
      var first = try EpollSelector<String>()
      var second = try EpollSelector<String>()
      let pair = try Pair()
      let key = try first.register(pair.reader, for: .read, data: "shared", mode: .exclusive)
      try second.register(pair.reader, for: .read, data: "shared", mode: .exclusive)
      pair.send()
      let ready = try first.select(timeout: .zero) + second.select(timeout: .zero)
      #expect(!ready.isEmpty)
      #expect(ready.allSatisfy { $0 == ReadyKey(key, .read) })

      // The kernel does not change such a watch; modify takes it out and puts it in again.
      let both = try first.modify(pair.reader, for: [.read, .write])
      #expect(try first.select(timeout: .zero) == [ReadyKey(both, [.read, .write])])
      let plain = try first.modify(pair.reader, for: .write, data: "own", mode: [])
      #expect(try first.select(timeout: .zero) == [ReadyKey(plain, .write)])
      let again = try first.modify(pair.reader, for: .read, data: "shared", mode: [.exclusive, .edgeTriggered])
      #expect(try first.select(timeout: .zero) == [ReadyKey(again, .read)])
      #expect(try first.select(timeout: .zero) == [])
    }

    @Test func modesThatDoNotGoTogether() throws {
      var selector = try EpollSelector<String>()
      let pair = try Pair()
      for (events, mode): (Events, EpollMode) in [(.read, [.exclusive, .oneShot]), (.priority, .exclusive)] {
        let error = try #require(throws: SelectorError.self) {
          try selector.register(pair.reader, for: events, data: "", mode: mode)
        }
        #expect(error.code == .invalidEvents)
        #expect(error.errno == .invalidArgument)
        #expect(selector.count == 0)
      }
    }

    /// A plain file is always ready: epoll refuses to watch it, poll and select report it.
    @Test func plainFiles() throws {
      let file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
      defer { close(file) }
      var selector = try EpollSelector<String>()
      let error = try #require(throws: SelectorError.self) { try selector.register(file, for: .read, data: "") }
      #expect(error.code == .systemCall)
      #expect(error.errno == .notPermitted)
      #expect(selector[file] == nil)
      #expect(selector.count == 0)

      let poll = try SelectorKind.poll.make()
      let key = try poll.register(file, for: .read, data: "file")
      #expect(try poll.select(timeout: nil) == [ReadyKey(key, .read)])
    }

    @Test func aSelectorInASelector() throws {
      var inner = try EpollSelector<String>()
      var outer = try EpollSelector<String>()
      let pair = try Pair()
      try inner.register(pair.reader, for: .read, data: "inner")
      let key = try outer.register(inner.descriptor, for: .read, data: "outer")
      #expect(try outer.select(timeout: .zero) == [])
      pair.send()
      #expect(try outer.select(timeout: nil) == [ReadyKey(key, .read)])
    }

    /// More is ready than fits into one report: the others come first in the next.
    @Test func fewReportsAtATime() throws {
      var selector = try EpollSelector<Int>(maximumReports: 3)
      var numbers: [CInt] = []
      defer { for number in numbers { close(number) } }
      for index in 0..<10 {
        var pair = try Pair()
        numbers += [pair.reader, pair.writer]
        try selector.register(pair.reader, for: .read, data: index)
        pair.send()
        pair.release()
      }
      var seen: Set<Int> = []
      for expected in [3, 3, 3, 3] {
        let ready = try selector.select(timeout: .zero)
        #expect(ready.count == expected)
        seen.formUnion(ready.map(\.key.data))
      }
      #expect(seen == Set(0..<10))
    }

    /// The array that is given is emptied first, and its memory is used again.
    @Test func theArrayIsUsedAgain() throws {
      var selector = try EpollSelector<String>()
      let pair = try Pair()
      let key = try selector.register(pair.writer, for: .write, data: "w")
      var ready: [ReadyKey<String>] = []
      ready.reserveCapacity(16)
      for _ in 0..<3 {
        try selector.select(timeout: .zero, into: &ready)
        #expect(ready == [ReadyKey(key, .write)])
        #expect(ready.capacity >= 16)
      }
      pair.fill()
      try selector.select(timeout: .zero, into: &ready)
      #expect(ready == [])
    }
  }
}
