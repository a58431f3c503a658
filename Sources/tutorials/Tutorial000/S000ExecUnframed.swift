import SocketServer
import Sockets

/// Commands for another machine; the answers have no border, and stick together.
///
/// The wire: a command of UTF-8, the errors and the output of it; the client takes 1024 bytes for the whole answer, and shows
/// what is left as the next one's: that is the lesson. The original: a command without output blocks its client, an
/// answer that ends within a character ends it, and its server has a shell for everybody who connects.
enum S000ExecUnframed: Pair {
  static let about = About("s000_exec_unframed", "remote commands; answers stick together", at: "127.0.0.1", 8888)

  struct Commands: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print("客户端", Python.repr(request.clientAddress))
      while case let command = try request.read(upTo: 8192), !command.isEmpty {
        let answer = try Shell(command.text)
        // In one write: a client that reads once shall have all that there is room for.
        try request.write(answer.errors + answer.output)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    let rules = try Shell.serverSettings(at: settings.address)
    try TCPServer(settings.address, settings: rules, running: .threading()) { Commands() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.setTimeout(.seconds(5))
    while let line = input(">>: ")?.stripped, line != "quit" {
      guard !line.isEmpty else { continue }
      try connection.sendAll(line.utf8)
      do {
        let answer = try connection.receive(upTo: 1024)
        guard !answer.isEmpty else { throw Failure("the server closed the connection") }
        show(answer.text)
      } catch let error as SocketError where error.isTimedOut {
        warn("no answer within 5 seconds: nobody can tell a command without output from one that takes long")
      }
    }
  }
}
