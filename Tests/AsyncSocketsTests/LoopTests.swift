import Addresses
import AsyncSockets
import Sockets
import Testing

@Suite("Event loops", .timeLimit(.minutes(2)))
struct LoopTests {
  @Test func startAndStop() async throws {
    for number in 0..<200 {
      let result = try await withEventLoop { loop in
        await withTaskGroup(of: Int.self) { group in
          for one in 0..<number % 7 {
            group.addTask {
              await loop.sleep(for: .microseconds(10))
              return one
            }
          }
          return await group.reduce(0, +)
        }
      }
      #expect(result == (0..<number % 7).reduce(0, +))
    }
  }

  @Test func anErrorEndsTheLoopToo() async throws {
    struct Mistake: Error {}
    await #expect(throws: Mistake.self) { try await withEventLoop { _ in throw Mistake() } }
  }

  /// Who outlives a loop is told so, and runs on.
  @Test func whatOutlivesItsLoop() async throws {
    let (task, socket, loop) = try await withEventLoop { loop in
      let (one, other) = try pair(on: loop)
      let task = Task(executorPreference: loop) {
        let error = await socketError { _ = try await one.receive() }
        await Task.yield()
        _ = other.isClosed
        return error?.code
      }
      await loop.sleep(for: .milliseconds(2))
      return (task, one, loop)
    }
    #expect(await task.value == .closed)
    #expect(await socketError { _ = try await socket.receive() }?.code == .closed)
    #expect(await Task(executorPreference: loop) { 42 }.value == 42)
    #expect(await socketError { _ = try pair(on: loop) }?.code == .closed)
    #expect(await loop.sleep(for: .seconds(100)) == false)
  }

  actor Resident {
    let loop: EventLoop
    var count = 0
    init(on loop: EventLoop) { self.loop = loop }
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.serialExecutor }
    func visit() -> Bool {
      count += 1
      assertIsolated()
      return loop.isCurrent
    }
  }

  @Test func actorsLiveOnALoop() async throws {
    let resident = try await withEventLoop { loop in
      let resident = Resident(on: loop)
      await withTaskGroup(of: Bool.self) { group in
        for number in 0..<100 {
          group.addTask(executorPreference: number % 2 == 0 ? loop : globalConcurrentExecutor) {
            await resident.visit()
          }
        }
        for await isCurrent in group { #expect(isCurrent) }
      }
      return resident
    }
    // The loop's scope is over: its actors are still one task at a time.
    #expect(await resident.visit())
    #expect(await resident.count == 101)
  }

  @Test func timersFireInOrder() async throws {
    try await withEventLoop { loop in
      let order = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in [30, 10, 20, 40, 0] {
          group.addTask {
            await loop.sleep(for: .milliseconds(number))
            return number
          }
        }
        var order: [Int] = []
        for try await one in group { order.append(one) }
        return order
      }
      #expect(order == [0, 10, 20, 30, 40])
    }
  }

  /// A task that never waits does not keep sockets from being served.
  @Test func fairness() async throws {
    try await withEventLoop { loop in
      let (one, other) = try pair(on: loop)
      let busy = Task(executorPreference: loop) {
        var turns = 0
        while !Task.isCancelled {
          await Task.yield()
          turns += 1
        }
        return turns
      }
      for number in 0..<10 {
        try await one.sendAll([UInt8(number)])
        #expect(try await other.readAll(1) == [UInt8(number)])
      }
      busy.cancel()
      #expect(await busy.value > 0)
    }
  }

  @Test func connecting() async throws {
    try await withEventLoop { loop in
      try await withServer(on: [loop], echo) { server in
        let port = try #require(server.address.port)
        // Names lead to several addresses, of which one answers.
        try await withConnection(to: "localhost", port: port, timeout: .seconds(10), on: loop) { connection in
          try await connection.sendAll([1])
          #expect(try await connection.readAll(1) == [1])
          #expect(try connection.peerAddress.port == port)
        }
      }
      let unused = try await withListener(at: loopback, on: loop) { try $0.localAddress }
      let refused = await socketError { _ = try await AsyncSocket.connect(to: unused, on: loop) }
      #expect(refused?.isConnectionRefused == true)
      let unknown = await socketError {
        _ = try await AsyncSocket.connect(to: "no-such-host.invalid", port: 80, timeout: .seconds(20), on: loop)
      }
      #expect(unknown?.code == .resolution || unknown?.isTimedOut == true)
      let path = SocketAddress.unix(path: "/tmp/nobody-listens-here.sock")
      #expect(await socketError { _ = try await AsyncSocket.connect(to: path, on: loop) }?.isNotFound == true)
    }
  }

  /// A listener whose queue is full lets TCP's first packets fall, and a Unix client is told to try again.
  @Test func connectingToAFullQueueEndsByDeadline() async throws {
    try await withEventLoop { loop in
      for address in [loopback, .abstractUnix(name: "async-sockets-full-queue")] {
        try await withListener(at: address, backlog: 0, on: loop) { listener in
          let bound = try listener.localAddress
          var waiting: [AsyncSocket] = []
          var late: SocketError?
          while late == nil, waiting.count < 10 {
            late = await socketError {
              waiting.append(try await AsyncSocket.connect(to: bound, timeout: .milliseconds(50), on: loop))
            }
          }
          #expect(late?.isTimedOut == true)
        }
      }
    }
  }
}
