import BinaryPacking
import SocketServer
import Sockets

/// Remote commands with a JSON header before the answer; each has a connection of its own.
///
/// The wire: a command; i32, `{"file_name": "a.txt", "total_size": N, "md5": …}`, the output, the errors, N bytes together; the
/// md5 is always the same text. The original: its server answers one command of a connection and leaves it open, so that
/// the second blocks; a client without a command, and any error, ends it; and it has a shell for everybody.
enum S004ExecJSONHeaderOnce: Pair {
  static let about = About(
    "s004_exec_json_header_once", "remote commands, JSON header, a connection each", at: "127.0.0.1", 8080)

  struct Commands: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print(Python.repr(request.clientAddress))
      while case let command = try request.read(upTo: 8192), !command.isEmpty {
        let answer = try Shell(command.utf8OrGBK)
        let size = answer.output.count + answer.errors.count
        let header: PythonValue = ["file_name": "a.txt", "total_size": .integer(size), "md5": "hih1jk5jk151jk51"]
        let prefix = try BinaryFormat("i").pack(header.json.utf8.count)
        try request.write(prefix + header.json.utf8 + answer.output + answer.errors)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    let rules = try Shell.serverSettings(at: settings.address)
    try TCPServer(settings.address, settings: rules, running: .threading()) { Commands() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    while let line = input("cmd >>>: ")?.stripped {
      guard !line.isEmpty else { continue }
      var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
      try stream.socket.sendAll(line.utf8)
      let header = try PythonValue(json: stream.read(exactly: length(stream.read(exactly: 4))))
      guard let size = header["total_size"]?.integer, (0...1 << 30).contains(size) else {
        throw Failure("the header says no total_size")
      }
      print(try stream.read(exactly: size).utf8OrGBK)
    }
  }
}
