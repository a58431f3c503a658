internal import Addresses
internal import Glibc
internal import SocketServer
internal import Sockets
internal import Synchronization

/// A TCP server with a process for each request, and something that happens in it.
enum Scenario {
  private struct Handler: StreamRequestHandler {
    let work: @Sendable (inout StreamRequest) throws -> Void

    func handle(_ request: inout StreamRequest) throws { try work(&request) }
  }

  private static let counter = Atomic(0)

  static func run(_ name: String) throws {
    var runner = Forking()
    var settings = ServerSettings()
    var grace = Duration.seconds(30)
    let work: @Sendable (inout StreamRequest) throws -> Void
    switch name {
    case "processes":
      work = { request in
        try request.write("\(getpid()) \(counter.add(1, ordering: .relaxed).newValue)")
      }
    case "bound":
      runner = Forking(maximumChildren: 2)
      work = { request in
        try request.write("hello")
        _ = try request.readLine()
      }
    case "reaping":
      let children = runner
      settings.verifyRequest = { _ in
        counter.add(1, ordering: .relaxed)
        return true
      }
      settings.serviceActions = {
        guard counter.load(ordering: .relaxed) == 5, children.activeChildren.isEmpty else { return }
        counter.add(1, ordering: .relaxed)
        say("5 served, children: \(zombies())")
      }
      work = { request in try request.write("hello") }
    case "errors":
      settings.handleError = { error, _ in say("error: \(error)") }
      work = { _ in
        say("handle")
        throw Failure()
      }
    case "crashes":
      work = { request in
        if try request.readLine() == "crash" { abort() }
        try request.write("alive")
      }
    case "shutdown":
      work = { request in
        request.server.shutdown()
        try request.write("stopping")
      }
    case "grace":
      grace = .milliseconds(20)
      work = { request in
        try request.write("hello")
        while true { pause() }
      }
    default: throw Unknown()
    }
    let server = try TCPServer(.ipv4(.loopback, port: 0), settings: settings, running: runner) { Handler(work: work) }
    say("\(server.address.port ?? 0)")
    try serveUntilSignal(server, runner, grace: grace)
  }

  /// How many children have ended and were not waited for.
  private static func zombies() -> Int {
    var information = siginfo_t()
    let result = waitid(P_ALL, 0, &information, CInt(WEXITED | WNOHANG | WNOWAIT))
    return result == 0 && information._sifields._sigchld.si_pid != 0 ? 1 : 0
  }
}
