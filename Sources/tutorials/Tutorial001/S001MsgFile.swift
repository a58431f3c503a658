import BinaryPacking
import SocketServer
import Sockets
import SystemPackage

/// Messages and files, each behind a frame that says what it is.
///
/// The wire: frames of i32 and so many bytes: `{"msg_type": "msg"}` and the text, `{"msg_type": "file", "file_name": NAME}` and
/// the content, `close`. The original: without `close` its server ends with an error; a frame read in pieces does, too; a
/// file's name is not checked; after an unknown msg_type the data are taken for a control frame.
enum S001MsgFile: Pair {
  static let about = About(
    "s001_msg_file", "messages and files: msg|text, file|path", at: "127.0.0.1", 8001, settings: ["BASE_DIR"])

  struct Receiver: StreamRequestHandler {
    let folder: String

    func handle(_ request: inout StreamRequest) throws {
      while let bytes = try request.readIfAny(exactly: 4) {
        let frame = try request.read(exactly: length(bytes))
        print(frame.text)
        if frame.text == "close" { break }
        let control = try PythonValue(json: frame)
        let kind = control["msg_type"]?.text
        let size = try length(request.read(exactly: 4), atMost: kind == "file" ? .max : 1 << 20)
        if kind == "file" {
          let file = try ReceivedFile(named: control["file_name"]?.text ?? "", in: folder)
          try file.write(size, from: &request)
          try file.keep()
        } else {
          let text = try request.read(exactly: size).text
          print(kind == "msg" ? "接收到消息:\(text)" : "格式错误,请验证后输入")
        }
      }
      print("客户端已关闭连接")
    }
  }

  static func server(_ settings: Settings) throws {
    let folder = Folder.forReceivedFiles(settings)
    try TCPServer(settings.address, running: .threading()) { Receiver(folder: folder) }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    func send(_ text: String) throws {
      print(Python.repr(text.utf8), text.utf8.count)
      try connection.sendAll(BinaryFormat("i").pack(text.utf8.count) + text.utf8)
    }
    while let line = input(">>>"), line != "q", line != "Q" {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2, parts[0] == "msg" {
        try send((["msg_type": "msg"] as PythonValue).json)
        try send(parts[1])
      } else if parts.count == 2, parts[0] == "file" {
        guard let file = try? SentFile(parts[1]), let length = try? BinaryFormat("i").pack(file.size) else {
          warn("\(parts[1]) cannot be read, or has 2 GiB or more")
          continue
        }
        try send((["msg_type": "file", "file_name": .text(file.name)] as PythonValue).json)
        try connection.sendAll(length)
        try connection.sendFile(file.descriptor.rawValue, offset: 0, count: Int64(file.size))
      } else {
        print("格式输入错误")
      }
    }
    try send("close")
  }
}
