import Addresses
import AsyncSockets
import Glibc
import Sockets
import Testing

@Suite("Streams", .timeLimit(.minutes(2)))
struct StreamTests {
  @Test func echoesOverTCPAndUnixSockets() async throws {
    let path = "/tmp/async-sockets-\(getpid()).sock"
    for address in [loopback, .ipv6(.loopback, port: 0), .unix(path: path), .abstractUnix(name: path)] {
      try await withEventLoop { loop in
        try await withServer(on: [loop], at: address, echo) { server in
          try await withConnection(to: server.address, on: loop) { connection in
            for size in [1, 64, 65_536, 1_000_000] {
              let sent = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
              async let sending: Void = connection.sendAll(sent)
              #expect(try await connection.readAll(size) == sent)
              try await sending
            }
          }
        }
      }
    }
    #expect(access(path, F_OK) != 0, "the server left its file behind")
  }

  @Test func theConnectionsTaskStaysInTheLoopsThread() async throws {
    try await withEventLoop { loop in
      #expect(loop.isCurrent)
      try await withServer(on: [loop]) { connection in
        #expect(loop.isCurrent)
        while let bytes = try await connection.receive() {
          #expect(loop.isCurrent)
          try await connection.sendAll(bytes)
          #expect(loop.isCurrent)
        }
      } while: { server in
        try await withConnection(to: server.address, on: loop) { connection in
          for _ in 0..<10 {
            try await connection.sendAll([1])
            #expect(try await connection.readAll(1) == [1])
            #expect(loop.isCurrent)
          }
        }
      }
    }
  }

  @Test func aTaskThatIsNotOnTheLoopMayUseItsSockets() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      try await withTaskExecutorPreference(globalConcurrentExecutor) {
        #expect(!loop.isCurrent)
        for number in 0..<200 {
          try await one.sendAll([UInt8(truncatingIfNeeded: number)])
          #expect(try await other.readAll(1) == [UInt8(truncatingIfNeeded: number)])
        }
      }
    }
  }

  @Test func halfClose() async throws {
    try await withEventLoop { loop in
      try await withServer(on: [loop]) { connection in
        let question = try await connection.readAll()
        try await connection.sendAll("heard \(question.count)".utf8)
      } while: { server in
        try await withConnection(to: server.address, on: loop) { connection in
          try await connection.sendAll([UInt8](repeating: 1, count: 100_000))
          try connection.finishSending()
          #expect(String(decoding: try await connection.readAll(), as: UTF8.self) == "heard 100000")
        }
      }
    }
  }

  /// Bytes and the end in one report: the bytes are a short read, behind which the end is still to be read.
  @Test func theEndThatComesWithTheLastBytesIsSeen() async throws {
    try await withEventLoop { loop in
      for _ in 0..<50 {
        let (one, other) = try await tcpPair(on: loop)
        try await one.sendAll("last".utf8)
        one.close()
        #expect(try await other.readAll() == Array("last".utf8))
        #expect(try await other.receive(timeout: .seconds(5)) == nil)
      }
    }
  }

  /// TCP's urgent mark ends a read before the socket is empty.
  @Test func urgentDataHidesNothing() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      try one.withSocket { (socket) throws(SocketError) in
        _ = try socket.send(Array("ab".utf8))
        _ = try socket.send(Array("!".utf8), flags: .outOfBand)
        _ = try socket.send(Array("cd".utf8))
      }
      #expect(try await other.readAll(4) == Array("abcd".utf8))
      try await one.sendAll("ef".utf8)
      #expect(try await other.readAll(2) == Array("ef".utf8))
    }
  }

  @Test func aBufferOfTheCallersAndMoreThanFits() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      try await one.sendAll((0..<100).map { UInt8($0) })
      var room = [UInt8](repeating: 0, count: 30)
      var all: [UInt8] = []
      while all.count < 100 {
        let count = try await other.receive(into: &room, timeout: .seconds(5))
        all += room[..<count]
      }
      #expect(all == (0..<100).map { UInt8($0) })
      one.close()
      #expect(try await other.receive(into: &room) == 0)
    }
  }

  @Test func sendAllWaitsForThePeer() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      let big = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      async let sending: Void = one.sendAll(big)
      #expect(try await other.readAll(big.count) == big)
      try await sending
    }
  }

  @Test func aFullSendBufferEndsByDeadlineAndSaysHowMuchHasGone() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      let big = [UInt8](repeating: 7, count: 50_000_000)
      let error = await socketError { try await one.sendAll(big, timeout: .milliseconds(50)) }
      #expect(error?.isTimedOut == true)
      let sent = try #require(error?.bytesSent)
      #expect(sent > 0 && sent < big.count)
      // The socket is as before: exactly what was said to have gone arrives, and then what is sent now.
      async let more: Void = one.sendAll([8])
      let all = try await other.readAll(sent + 1)
      #expect(all.count == sent + 1 && all.last == 8 && all[sent - 1] == 7)
      try await more
    }
  }

  @Test func resetsAtEveryPoint() async throws {
    try await withEventLoop { loop in
      // While the peer waits.
      var (one, other) = try await tcpPair(on: loop)
      do {
        let peer = other
        async let waiting = socketError { _ = try await peer.receive() }
        await loop.sleep(for: .milliseconds(5))
        try one.reset()
        #expect(await waiting?.isConnectionReset == true)
      }
      // Before the peer waits, with bytes on the way.
      (one, other) = try await tcpPair(on: loop)
      try await one.sendAll([1, 2, 3])
      try one.reset()
      let early = await socketError { while try await other.receive(timeout: .seconds(5)) != nil {} }
      #expect(early == nil || early?.isConnectionReset == true)
      // While the peer sends more than there is room for.
      (one, other) = try await tcpPair(on: loop)
      do {
        let peer = other
        async let sending = socketError { try await peer.sendAll([UInt8](repeating: 1, count: 50_000_000)) }
        await loop.sleep(for: .milliseconds(20))
        try one.reset()
        #expect(await sending?.isDisconnected == true)
      }
      // After the peer has closed its own end.
      (one, other) = try await tcpPair(on: loop)
      try other.finishSending()
      try one.reset()
      let late = await socketError { while try await other.receive(timeout: .seconds(5)) != nil {} }
      #expect(late == nil || late?.isConnectionReset == true)
      #expect(await socketError { try await other.sendAll([1]) } != nil)
    }
  }

  @Test func oneTaskAtATimeInEachDirection() async throws {
    try await withEventLoop { loop in
      let (one, other) = try pair(on: loop)
      async let first = one.readAll(1)
      await loop.sleep(for: .milliseconds(5))
      let error = await socketError { _ = try await one.receive() }
      #expect(error?.code == .busy)
      try await other.sendAll([1])
      #expect(try await first == [1])
    }
  }

  @Test func fiveThousandConnectionsLeaveNoDescriptor() async throws {
    try await withEventLoop { loop in
      try await withServer(on: [loop], echo) { server in
        var before = 0
        for round in 0..<51 {
          try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
              group.addTask {
                let connection = try await AsyncSocket.connect(to: server.address, on: loop)
                if number % 3 > 0 {
                  try await connection.sendAll([1, 2, 3])
                  #expect(try await connection.readAll(3) == [1, 2, 3])
                }
                if number % 3 == 1 { try connection.reset() }
                // The others close when nobody has them any more.
              }
            }
            try await group.waitForAll()
          }
          if round == 0 { before = try await Self.descriptors(server, loop) }
        }
        let after = try await Self.descriptors(server, loop)
        // The listener's.
        #expect(before == 1 && after == 1)
      }
    }
  }

  /// How many descriptors there are when the server has noticed all ends.
  private static func descriptors(_ server: AsyncServer, _ loop: EventLoop) async throws -> Int {
    while server.connectionCount > 0 { await loop.sleep(for: .milliseconds(1)) }
    return AsyncSocketsTests.descriptors(atPort: try #require(server.address.port))
  }
}
