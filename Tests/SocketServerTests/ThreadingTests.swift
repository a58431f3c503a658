import Addresses
import Glibc
import SocketServer
import Sockets
import Synchronization
import Testing

@Suite("Requests in threads")
struct ThreadingTests {
  private static let here = SocketAddress.ipv4(.loopback, port: 0)

  /// Says hello, then waits for the client to close.
  private struct Patient: StreamRequestHandler {
    let ended: Log

    func handle(_ request: inout StreamRequest) throws {
      try request.write("hello")
      while let line = try request.readLine() { try request.write(line) }
      ended.append("end")
    }
  }

  @Test func requestsRunSideBySide() throws {
    let runner = Threading()
    let ended = Log()
    try serving(TCPServer(Self.here, running: runner) { Patient(ended: ended) }) { (server) throws in
      let first = try connect(server)
      let second = try connect(server)
      #expect(try first.receiveAll(5) == "hello")
      #expect(try second.receiveAll(5) == "hello")
      #expect(runner.activeThreads == 2)
      first.close()
      second.close()
    }
    #expect(runner.activeThreads == 0)
    #expect(ended.all.count == 2)
  }

  /// The one too many waits in the kernel's queue until another is done.
  @Test func noMoreThanTheBound() throws {
    let runner = Threading(maximumThreads: 2)
    let ended = Log()
    try serving(TCPServer(Self.here, running: runner) { Patient(ended: ended) }) { (server) throws in
      let first = try connect(server)
      let second = try connect(server)
      #expect(try first.receiveAll(5) == "hello")
      #expect(try second.receiveAll(5) == "hello")
      let third = try connect(server)
      try third.setTimeout(.milliseconds(50))
      let error = try #require(throws: SocketError.self) { try third.receive(upTo: 5) }
      #expect(error.isTimedOut)
      #expect(runner.activeThreads == 2)
      try third.setTimeout(.seconds(30))
      first.close()
      #expect(try third.receiveAll(5) == "hello")
      #expect(runner.activeThreads == 2)
      second.close()
      third.close()
    }
    #expect(ended.all.count == 3)
  }

  /// Threads that are done are not kept (CPython's issue 37193).
  @Test func threadsAreReaped() throws {
    let runner = Threading()
    let ended = Log()
    let server = try TCPServer(Self.here, running: runner) { Patient(ended: ended) }
    for count in 1...10 {
      do {
        let client = try connect(server)
        try server.handleRequest()
        #expect(try client.receiveAll(5) == "hello")
      }
      ended.wait(for: count)
    }
    server.serverClose()
    #expect(runner.activeThreads == 0)
  }

  private func accepts(_ address: SocketAddress) -> Bool {
    do {
      try Socket(address.family).connect(to: address)
      return true
    } catch {
      return false
    }
  }

  /// Closing waits for what runs.
  @Test func closingJoins() throws {
    let ended = Log()
    let server = try TCPServer(Self.here, running: .threading()) { Patient(ended: ended) }
    let client = try connect(server)
    try server.handleRequest()
    #expect(try client.receiveAll(5) == "hello")
    let thread = startThread { server.serverClose(grace: nil) }
    // It listens no more, and yet the request goes on.
    while accepts(server.address) { sched_yield() }
    try client.sendAll("still there?\n".utf8)
    #expect(try client.receiveAll(12) == "still there?")
    #expect(ended.all == [])
    client.close()
    pthread_join(thread, nil)
    #expect(ended.all == ["end"])
  }

  /// When the grace is over, handlers that wait for their clients hear the end.
  @Test func closingCutsWhoTakesTooLong() throws {
    let ended = Log()
    let server = try TCPServer(Self.here, running: .threading()) { Patient(ended: ended) }
    let client = try connect(server)
    try server.handleRequest()
    #expect(try client.receiveAll(5) == "hello")
    server.serverClose(grace: .milliseconds(20))
    #expect(ended.all == ["end"])
    #expect(try client.receiveAll(1) == "")
  }

  /// A sequential server, too, can be stopped while a client keeps it busy.
  @Test func shuttingDownCutsWhoTakesTooLong() throws {
    let ended = Log()
    let server = try TCPServer(Self.here) { Patient(ended: ended) }
    let thread = startThread {
      do { try server.serveForever() } catch { Issue.record(error) }
    }
    let client = try connect(server)
    #expect(try client.receiveAll(5) == "hello")
    #expect(server.shutdown(atMost: .milliseconds(20)))
    pthread_join(thread, nil)
    #expect(ended.all == ["end"])
    server.serverClose()
  }

  /// A way to run requests that somebody else has written.
  @Test func aRunnerOfOnesOwn() throws {
    final class Counting: RequestRunner {
      let count = Atomic(0)

      func process<Request: ~Copyable & Sendable>(
        _ request: consuming Request, _ finish: @escaping @Sendable (consuming Request) -> Bool
      ) throws {
        let number = count.add(1, ordering: .relaxed).newValue
        if number == 2 { throw Refusal() }
        let succeeded = finish(request)
        #expect(succeeded)
      }
    }
    struct Refusal: Error {}
    let errors = Log()
    var settings = ServerSettings()
    settings.handleError = { error, _ in errors.append("\(type(of: error))") }
    struct Hello: StreamRequestHandler {
      func handle(_ request: inout StreamRequest) throws { try request.write("hello") }
    }
    let runner = Counting()
    try serving(TCPServer(Self.here, settings: settings, running: runner) { Hello() }) { (server) throws in
      #expect(try connect(server).receiveAll(100) == "hello")
      #expect(try connect(server).receiveAll(100) == "")
      #expect(try connect(server).receiveAll(100) == "hello")
    }
    #expect(errors.all == ["Refusal"])
  }

  /// Many clients at the same time, each with its own answers.
  @Test func manyClients() throws {
    let ended = Log()
    try serving(TCPServer(Self.here, running: .threading(maximumThreads: 8)) { Patient(ended: ended) }) {
      (server) throws in
      let threads = (0..<16).map { number in
        startThread {
          do {
            for round in 0..<20 {
              let client = try connect(server)
              #expect(try client.receiveAll(5) == "hello")
              try client.sendAll("\(number).\(round)\n".utf8)
              #expect(try client.receiveAll("\(number).\(round)".utf8.count) == "\(number).\(round)")
            }
          } catch {
            Issue.record(error)
          }
        }
      }
      for thread in threads { pthread_join(thread, nil) }
      ended.wait(for: 320)
    }
  }
}
