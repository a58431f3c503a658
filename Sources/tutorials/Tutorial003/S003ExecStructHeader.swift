import BinaryPacking
import SocketServer
import Sockets

/// Remote commands with the length of each answer in four bytes before it.
///
/// The wire: a command of UTF-8; i32, then its output and errors, so many bytes. The original: one `recv(length)` is taken to
/// give all, so a long answer's rest is read as the next header; UTF-8 shown as GBK ends its client; after a client's end
/// the server spins; and it has a shell for everybody.
enum S003ExecStructHeader: Pair {
  static let about = About("s003_exec_struct_header", "remote commands: length of 4 bytes", at: "192.168.11.70", 8080)

  struct Commands: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print(Python.repr(request.clientAddress))
      while case let command = try request.read(upTo: 8192), !command.isEmpty {
        let answer = try Shell(command.utf8OrGBK)
        let bytes = answer.output + answer.errors
        try request.write(BinaryFormat("i").pack(bytes.count) + bytes)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    let rules = try Shell.serverSettings(at: settings.address)
    try TCPServer(settings.address, settings: rules, running: .threading()) { Commands() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    while let line = input("输入cmd命令>>>:")?.stripped {
      guard !line.isEmpty else { continue }
      try stream.socket.sendAll(line.utf8)
      let size = try length(stream.read(exactly: 4), atMost: 1 << 30)
      print(try stream.read(exactly: size).utf8OrGBK)
    }
  }
}
