internal import Addresses
internal import Glibc
internal import SocketServer
internal import Sockets

/// The four kinds of servers, with a process for each request.
enum Combination {
  struct StreamLine: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      if let line = try request.readLine() { try request.write(line + "\n") }
    }
  }

  struct DatagramLine: DatagramRequestHandler {
    func handle(_ request: inout DatagramRequest) throws {
      if let line = request.readLine() { request.write(line + "\n") }
    }
  }

  static func run(_ arguments: [String]) throws {
    guard arguments.count == 2 else { throw Unknown() }
    let runner = Forking()
    let inet = SocketAddress.ipv4(.loopback, port: 0)
    let unix = SocketAddress.unix(path: arguments[1])
    // A child that is no request: the server shall not wait for it.
    let other = fork()
    if other == 0 { _exit(72) }
    switch arguments[0] {
    case "tcp": try serve(TCPServer(inet, running: runner) { StreamLine() }, runner)
    case "udp": try serve(UDPServer(inet, running: runner) { DatagramLine() }, runner)
    case "unixStream": try serve(UnixStreamServer(unix, running: runner) { StreamLine() }, runner)
    case "unixDatagram": try serve(UnixDatagramServer(unix, running: runner) { DatagramLine() }, runner)
    default: throw Unknown()
    }
    var status: CInt = 0
    guard waitpid(other, &status, 0) == other else { throw Failure() }
    say("the other child: \(status >> 8)")
  }

  private static func serve(_ server: some BaseServer, _ runner: Forking) throws {
    if let port = server.address.port { say("\(port)") } else { say("\(server.address)") }
    try serveUntilSignal(server, runner)
  }
}
