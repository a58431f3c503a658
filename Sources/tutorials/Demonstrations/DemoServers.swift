import Addresses
import SocketServer
import Sockets

/// The family of socketserver: one handler, run one after the other, in threads, in processes, and all in one thread.
enum DemoServers: Script {
  static let about = About("demo_servers", "sequential, threading, forking, multiplexed servers")

  struct Answer: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws { try request.write(request.readLine()?.uppercased() ?? "") }
  }

  struct AnswerAtOnce: MultiplexedRequestHandler {
    func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) {
      connection.send(bytes.withUnsafeBytes { Array($0) }.stripped.upper)
    }
  }

  static func script(_ settings: Settings) throws {
    let place = SocketAddress.ipv4(.loopback, port: 0)
    try ask("sequential", TCPServer(place) { Answer() })
    // Before there is a second thread, of which a child would have none.
    try ask("forking", TCPServer(place, running: .forking()) { Answer() })
    try ask("threading", TCPServer(place, running: .threading()) { Answer() })
    try ask("multiplexed", TCPServer(place, multiplexing: { AnswerAtOnce() }))
  }

  private static func ask(_ name: String, _ server: TCPServer) throws {
    let client = try Socket(connectingTo: server.address, timeout: .seconds(10))
    try client.sendAll("hello from \(name)\n".utf8)
    // One thread can have both sides, for the question waits in the server's queue; but a multiplexed server's one request
    // is a connection's beginning.
    let serving = name == "multiplexed" ? try Thread { try? server.serveForever() } : nil
    if serving == nil { try server.handleRequest() }
    print("\(name):", try client.receive(upTo: 100).text)
    client.close()
    server.serverClose(grace: .seconds(5))
    serving?.join()
  }
}
