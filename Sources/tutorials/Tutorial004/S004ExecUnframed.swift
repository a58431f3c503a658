import SocketServer
import Sockets

/// Remote commands whose answers have no border and stick together.
///
/// The wire: the command in UTF-8, its output and errors in one send; the client takes 1024 bytes for the whole answer, and
/// what is left is shown as the next one. The original: UTF-8 shown as GBK ends its client; a command without output
/// blocks it; its server has a shell for everybody.
enum S004ExecUnframed: Pair {
  static let about = About(
    "s004_exec_unframed", "remote commands; answers stick together", at: "192.168.12.61", 8081)

  struct Commands: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print(Python.repr(request.clientAddress))
      while case let command = try request.read(upTo: 8192), !command.isEmpty {
        let answer = try Shell(command.utf8OrGBK)
        try request.write(answer.output + answer.errors)
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
    while let line = input(">>:")?.stripped {
      guard !line.isEmpty else { continue }
      try connection.sendAll(line.utf8)
      do {
        let answer = try connection.receive(upTo: 1024)
        guard !answer.isEmpty else { throw Failure("the server closed the connection") }
        print(answer.utf8OrGBK)
      } catch let error as SocketError where error.isTimedOut {
        warn("no answer within 5 seconds: nobody can tell a command without output from one that takes long")
      }
    }
  }
}
