import Glibc
import Selectors
import Testing

extension SelectorSuite {
  @Suite("Waiting")
  struct WaitingTests {
    @Test(arguments: SelectorKind.allCases)
    func whatIsReady(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let reader = try selector.register(pair.reader, for: .read, data: "r")
      let writer = try selector.register(pair.writer, for: .write, data: "w")
      #expect(try selector.select(timeout: nil) == [ReadyKey(writer, .write)])
      pair.send()
      #expect(try Set(selector.select(timeout: nil)) == [ReadyKey(reader, .read), ReadyKey(writer, .write)])
    }

    @Test(arguments: SelectorKind.allCases)
    func bothEventsAtOnce(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let key = try selector.register(pair.reader, for: [.read, .write], data: "both")
      #expect(try selector.select(timeout: nil) == [ReadyKey(key, .write)])
      pair.send("foo")
      #expect(try selector.select(timeout: nil) == [ReadyKey(key, [.read, .write])])
      #expect(pair.receive() == "foo")
      #expect(try selector.select(timeout: nil) == [ReadyKey(key, .write)])
    }

    /// As long as it is ready, every wait says so.
    @Test(arguments: SelectorKind.allCases)
    func readinessIsALevel(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let key = try selector.register(pair.reader, for: .read, data: "r")
      pair.send("twice")
      for _ in 0..<3 { #expect(try selector.select(timeout: .zero) == [ReadyKey(key, .read)]) }
      #expect(pair.receive() == "twice")
      #expect(try selector.select(timeout: .zero) == [])
    }

    @Test(arguments: SelectorKind.allCases)
    func noRoomToWrite(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      let key = try selector.register(pair.writer, for: .write, data: "w")
      pair.fill()
      #expect(try selector.select(timeout: .zero) == [])
      while let text = pair.receive(), !text.isEmpty {}
      #expect(try selector.select(timeout: nil) == [ReadyKey(key, .write)])
    }

    /// The end of the stream can be read, and an error written into: neither would wait.
    @Test(arguments: SelectorKind.allCases)
    func aPeerThatHasClosed(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      var pair = try Pair()
      let reader = try selector.register(pair.reader, for: .read, data: "r")
      pair.closeWriter()
      #expect(try selector.select(timeout: nil) == [ReadyKey(reader, .read)])
      #expect(pair.receive() == "")
      let both = try selector.modify(pair.reader, for: [.read, .write])
      #expect(try selector.select(timeout: nil) == [ReadyKey(both, [.read, .write])])
    }

    @Test(arguments: SelectorKind.allCases)
    func aPeerThatReadsNoMore(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      var pair = try Pair()
      pair.fill()
      let writer = try selector.register(pair.writer, for: .write, data: "w")
      #expect(try selector.select(timeout: .zero) == [])
      pair.closeReader()
      #expect(try selector.select(timeout: nil) == [ReadyKey(writer, .write)])
    }

    @Test(arguments: SelectorKind.allCases)
    func urgentData(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let (client, server) = try tcpPair()
      defer {
        close(client)
        close(server)
      }
      let key = try selector.register(server, for: [.read, .priority], data: "urgent")
      #expect(try selector.select(timeout: .zero) == [])
      var byte: UInt8 = 1
      #expect(send(client, &byte, 1, CInt(MSG_OOB)) == 1)
      let ready = try selector.select(timeout: .seconds(30))
      #expect(ready.map(\.key) == [key])
      #expect(ready.first?.events.contains(.priority) == true)
    }

    private func tcpPair() throws -> (CInt, CInt) {
      let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      defer { close(listener) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
      withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          #expect(bind(listener, address, length) == 0)
          #expect(listen(listener, 1) == 0)
          #expect(getsockname(listener, address, &length) == 0)
          #expect(connect(client, address, length) == 0)
        }
      }
      return (client, accept(listener, nil, nil))
    }

    /// Twelve pairs: whatever is written to one arrives at its other end, and nowhere else.
    @Test(arguments: SelectorKind.allCases)
    func manyPairs(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let message = " This is a test."
      var ends: [CInt: CInt] = [:]
      var received: [String] = []
      defer {
        for end in ends {
          close(end.key)
          close(end.value)
        }
      }
      for _ in 0..<12 {
        var pair = try Pair()
        try selector.register(pair.reader, for: .read, data: "r")
        try selector.register(pair.writer, for: .write, data: "w")
        ends[pair.writer] = pair.reader
        pair.release()
      }
      var writers = Set(ends.keys)
      while !writers.isEmpty {
        let ready = try selector.select(timeout: .seconds(30))
        let writer = try #require(ready.filter { $0.events == .write }.randomElement()).key.descriptor
        Pair.send(message, to: writer)
        let readers = try selector.select(timeout: .seconds(30)).filter { $0.events == .read }
        #expect(readers.map(\.key.descriptor) == [ends[writer]])
        let reader = try #require(readers.first).key.descriptor
        received.append(try #require(Pair.receive(from: reader)))
        try selector.unregister(writer)
        try selector.unregister(reader)
        writers.remove(writer)
      }
      #expect(received == Array(repeating: message, count: 12))
      #expect(selector.count == 0)
    }

    @Test(arguments: SelectorKind.allCases)
    func nothingRegistered(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      #expect(try selector.select(timeout: .zero) == [])
      let took = try measure {
        let ready = try selector.select(timeout: .milliseconds(50))
        #expect(ready == [])
      }
      #expect(took >= .milliseconds(50))
    }

    @Test(arguments: SelectorKind.allCases)
    func timeouts(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      try selector.register(pair.writer, for: .write, data: "w")
      // Ready: no timeout is waited for, not the longest that can be said.
      for timeout: Duration in [.zero, .seconds(-1), .seconds(3600), .seconds(Int64.max), .seconds(Int64.min)] {
        #expect(try selector.select(timeout: timeout).count == 1)
      }
      try selector.unregister(pair.writer)
      try selector.register(pair.reader, for: .read, data: "r")
      // Not ready: zero and less do not wait (or this would not end).
      for timeout: Duration in [.zero, .seconds(-1), .seconds(Int64.min)] {
        #expect(try selector.select(timeout: timeout) == [])
      }
      for timeout: Duration in [.nanoseconds(1), .microseconds(300), .milliseconds(20)] {
        let took = try measure {
          let ready = try selector.select(timeout: timeout)
          #expect(ready == [])
        }
        #expect(took >= timeout)
      }
    }

    /// Signals come all the time, and the wait ends when it should: not before, and not never.
    @Test(arguments: SelectorKind.allCases)
    func interruptedBySignals(_ kind: SelectorKind) throws {
      let selector = try kind.make()
      let pair = try Pair()
      try selector.register(pair.reader, for: .read, data: "r")
      let signals = SignalStorm()
      let took = try measure {
        try signals.rage(until: 20) {
          let ready = try selector.select(timeout: .milliseconds(150))
          #expect(ready == [])
        }
      }
      #expect(took >= .milliseconds(150))
      #expect(signals.received >= 20)
    }
  }
}
