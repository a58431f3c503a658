import BinaryPacking
import SocketServer
import Sockets

/// Remote commands with a dictionary before each answer, which may say more of it than its length.
///
/// The wire: a command of UTF-8; i32, `{"desc": …, "size": N, "info": …}`, N bytes of output and errors. The original: the
/// answer is read with one `recv(size)`; UTF-8 shown as GBK ends its client; after a client's end the server spins; and it
/// has a shell for everybody.
enum S003ExecDictHeader: Pair {
  static let about = About("s003_exec_dict_header", "remote commands: JSON header", at: "192.168.11.70", 8080)

  struct Commands: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print(Python.repr(request.clientAddress))
      while case let command = try request.read(upTo: 8192), !command.isEmpty {
        let answer = try Shell(command.utf8OrGBK)
        let bytes = answer.output + answer.errors
        let header: PythonValue = ["desc": "这是非常重要的数据", "size": .integer(bytes.count), "info": "…"]
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
    while let line = input("输入cmd命令>>>:")?.stripped {
      guard !line.isEmpty else { continue }
      try stream.socket.sendAll(line.utf8)
      let header = try PythonValue(json: stream.read(exactly: length(stream.read(exactly: 4))))
      print(header.repr)
      guard let size = header["size"]?.integer, (0...1 << 30).contains(size) else {
        throw Failure("the header says no size")
      }
      print(try stream.read(exactly: size).utf8OrGBK)
    }
  }
}
