internal import Addresses
internal import Glibc
internal import SocketServer
internal import Sockets
internal import Synchronization

/// A server with no descriptor left for the connection that waits.
enum Exhaustion {
  private struct Hello: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws { try request.write("hello") }
  }

  private struct MultiplexedHello: MultiplexedRequestHandler {
    func setup(_ connection: MultiplexedConnection) {
      connection.send("hello")
      connection.close()
    }

    func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) {}
  }

  /// How often the server has complained.
  private static let reports = Atomic(0)

  static func run(_ way: String) throws {
    var settings = ServerSettings()
    settings.handleError = { error, _ in
      if let error = error as? SocketError, error.isTooManyOpenFiles { reports.add(1, ordering: .relaxed) }
    }
    let here = SocketAddress.ipv4(.loopback, port: 0)
    let server =
      way == "multiplexed"
      ? try TCPServer(here, settings: settings, multiplexing: { MultiplexedHello() })
      : try TCPServer(here, settings: settings) { Hello() }
    let client = try Socket(.ipv4)
    try client.setTimeout(.seconds(30))
    var fillers: [CInt] = []
    while true {
      let filler = dup(0)
      if filler < 0 { break }
      fillers.append(filler)
    }
    try client.connect(to: server.address)

    let thread = try startThread { try? server.serveForever(pollInterval: .seconds(3600)) }
    wait(for: 1)
    say("exhausted")
    // The server pauses between two attempts; one that turns in circles complains some thousand times in that time.
    let start = ContinuousClock.now
    wait(for: 3)
    say(start.duration(to: .now) >= .milliseconds(150) ? "few reports" : "\(reports.load(ordering: .relaxed)) reports")
    for filler in fillers { close(filler) }
    let answer = try client.receive(upTo: 5)
    say(answer == Array("hello".utf8) ? "served" : "answered \(answer)")
    server.shutdown()
    pthread_join(thread, nil)
    server.serverClose()
  }

  private static func wait(for count: Int) {
    while reports.load(ordering: .relaxed) < count { usleep(100) }
  }

  private static func startThread(_ body: @escaping @Sendable () -> Void) throws -> pthread_t {
    final class Work: Sendable {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(Work(body)).toOpaque())
    guard result == 0 else { throw Failure() }
    return thread
  }
}
