import BinaryPacking
import SocketServer
import Sockets

/// Commands, the third cure for answers that stick: a JSON header, which may say more than a length.
///
/// The wire: a command; i32, `{"data_size": N}`, N bytes. The original: its client counts bytes twice and cuts answers over
/// 2048; output is dropped when there are errors; one `recv(n)` is taken to give all n bytes; its server has a shell for
/// everybody.
enum S000ExecJSONHeader: Pair {
  static let about = About("s000_exec_json_header", "remote commands: JSON header", at: "127.0.0.1", 8080)

  struct Commands: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      while case let command = try request.read(upTo: 8192), !command.isEmpty {
        print("cmd: ", Python.repr(command))
        let answer = try Shell(command.text)
        print(Python.repr(answer.errors))
        let bytes = answer.errors + answer.output
        let header: PythonValue = ["data_size": .integer(bytes.count)]
        try request.write(BinaryFormat("i").pack(header.json.utf8.count) + header.json.utf8 + bytes)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    let rules = try Shell.serverSettings(at: settings.address)
    try TCPServer(settings.address, settings: rules, running: .threading()) { Commands() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    while let line = input(">>: ")?.stripped {
      guard !line.isEmpty else { continue }
      try stream.socket.sendAll(line.utf8)
      let header = try PythonValue(json: stream.read(exactly: length(stream.read(exactly: 4))))
      guard let size = header["data_size"]?.integer, (0...1 << 30).contains(size) else {
        throw Failure("the header \(header.repr)")
      }
      print(try stream.read(exactly: size).text)
    }
  }
}
