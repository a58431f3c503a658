import BinaryPacking
import SocketServer
import Sockets

/// Commands, the second cure for answers that stick: the length in 4 bytes before each.
///
/// The wire: a command; i32, then so many bytes. The original: output is dropped when there are errors, its client takes
/// one `recv(4)` to give 4 bytes and reads UTF-8 as GBK, and its server has a shell for everybody.
enum S000ExecStructHeader: Pair {
  static let about = About("s000_exec_struct_header", "remote commands: length of 4 bytes", at: "127.0.0.1", 8080)

  struct Commands: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      while case let command = try request.read(upTo: 8192), !command.isEmpty {
        print("cmd: ", Python.repr(command))
        let answer = try Shell(command.text)
        print(Python.repr(answer.errors))
        let bytes = answer.errors + answer.output
        // Together: a client that reads 4 bytes at once finds them whole.
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
    while let line = input(">>: ")?.stripped, line != "quit" {
      guard !line.isEmpty else { continue }
      try stream.socket.sendAll(line.utf8)
      let size = try length(stream.read(exactly: 4), atMost: 1 << 30)
      print("<class 'int'>", size)
      print(try stream.read(exactly: size).utf8OrGBK)
    }
  }
}
