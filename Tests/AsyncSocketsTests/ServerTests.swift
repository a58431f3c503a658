import Addresses
import AsyncSockets
import Sockets
import Testing

@Suite("Servers", .timeLimit(.minutes(2)))
struct ServerTests {
  @Test func severalLoopsShareThePort() async throws {
    try await Self.serveOnThreeLoops(.sharedPort)
  }

  @Test func oneLoopAcceptsAndHandsOver() async throws {
    try await Self.serveOnThreeLoops(.handedOver)
  }

  private static func serveOnThreeLoops(_ distribution: AsyncServerSettings.Distribution) async throws {
    var settings = AsyncServerSettings()
    settings.distribution = distribution
    let fixed = settings
    try await withEventLoops(3) { loops in
      let used = [Counter(), Counter(), Counter()]
      try await withServer(on: loops, settings: fixed) { connection in
        let place = loops.firstIndex { $0 === connection.loop }
        #expect(connection.loop.isCurrent)
        used[try #require(place)].add()
        try await echo(connection)
        #expect(connection.loop.isCurrent)
      } while: { server in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for number in 0..<120 {
            group.addTask {
              try await withConnection(to: server.address, on: loops[number % 3]) { connection in
                try await connection.sendAll([UInt8(number)])
                #expect(try await connection.readAll(1) == [UInt8(number)])
              }
            }
          }
          try await group.waitForAll()
        }
      }
      #expect(used.map(\.value).reduce(0, +) == 120)
      #expect(used.allSatisfy { $0.value > 0 }, "\(used.map(\.value))")
    }
  }

  @Test func moreConnectionsThanTheBoundWait() async throws {
    var settings = AsyncServerSettings()
    settings.maximumConnections = 2
    let fixed = settings
    try await withEventLoop { loop in
      let most = Counter()
      try await withServer(on: [loop], settings: fixed) { connection in
        most.add()
        try await echo(connection)
      } while: { server in
        var clients: [AsyncSocket] = []
        for number in 0..<5 {
          clients.append(try await AsyncSocket.connect(to: server.address, on: loop))
          try await clients[number].sendAll([UInt8(number)])
        }
        await most.wait(for: 2)
        await loop.sleep(for: .milliseconds(20))
        #expect(most.value == 2)
        #expect(server.connectionCount == 2)
        // Each end lets the next one in, and nobody was dropped.
        for number in 0..<5 {
          #expect(try await clients[number].readAll(1) == [UInt8(number)])
          clients[number].close()
        }
      }
      #expect(most.value == 5)
    }
  }

  @Test func drainLetsRequestsFinish() async throws {
    try await withEventLoop { loop in
      let begun = Counter()
      let server = try AsyncServer(at: loopback, on: loop)
      async let serving: Void = server.serve { connection in
        let question = try await connection.readAll(1)
        begun.add()
        await connection.loop.sleep(for: .milliseconds(30))
        try await connection.sendAll(question)
      }
      let client = try await AsyncSocket.connect(to: server.address, on: loop)
      try await client.sendAll([1])
      await begun.wait(for: 1)
      server.shutdown(grace: .seconds(30))
      #expect(try await client.readAll() == [1])
      try await serving
      #expect(await socketError { _ = try await AsyncSocket.connect(to: server.address, on: loop) } != nil)
      #expect(await socketError { try await server.serve(echo) }?.code == .closed)
    }
  }

  @Test func graceEnds() async throws {
    try await withEventLoop { loop in
      let ends = Counter()
      let server = try AsyncServer(at: loopback, on: loop)
      async let serving: Void = server.serve { connection in
        ends.add()
        let error = await socketError { _ = try await connection.receive() }
        #expect(error?.code == .cancelled)
        ends.add(100)
      }
      let client = try await AsyncSocket.connect(to: server.address, on: loop)
      await ends.wait(for: 1)
      server.shutdown(grace: .milliseconds(20))
      try await serving
      #expect(ends.value == 101)
      #expect(try await client.receive() == nil)
    }
  }

  @Test func cancellingTheServersTaskEndsIt() async throws {
    try await withEventLoop { loop in
      let begun = Counter()
      let server = try AsyncServer(at: loopback, on: loop)
      let serving = Task(executorPreference: loop) {
        try await server.serve { connection in
          begun.add()
          try await echo(connection)
        }
      }
      let client = try await AsyncSocket.connect(to: server.address, on: loop)
      await begun.wait(for: 1)
      serving.cancel()
      try await serving.value
      #expect(try await client.receive() == nil)
    }
  }

  @Test func errorsOfHandlersEndTheirConnectionOnly() async throws {
    struct Mistake: Error {}
    let mistakes = Counter()
    var settings = AsyncServerSettings()
    settings.handleError = { error in if error is Mistake { mistakes.add() } }
    let fixed = settings
    try await withEventLoop { loop in
      try await withServer(on: [loop], settings: fixed) { connection in
        if try await connection.readAll(1) == [0] { throw Mistake() }
        try await connection.sendAll([2])
      } while: { server in
        for byte: UInt8 in [0, 1, 0, 1] {
          let client = try await AsyncSocket.connect(to: server.address, on: loop)
          try await client.sendAll([byte])
          #expect(try await client.readAll() == (byte == 0 ? [] : [2]))
        }
      }
    }
    #expect(mistakes.value == 2)
  }
}
