import BinaryPacking
import SocketServer
import Sockets
import SystemPackage

/// Films are uploaded by their number in a list, behind a JSON header.
///
/// The wire, for each file: i32, `{"file_name": …, "desc": …, "size": N, "info": …}`, N bytes; the server never answers, and
/// the name is the same for each. The original: a second upload is appended to the first; `recv(1024)` takes the next header
/// for the file's end; the name is not checked; a client that goes ends its server, or leaves it spinning.
enum S003VideoUpload: Pair {
  static let about = About(
    "s003_video_upload", "video upload by number", at: "192.168.11.70", 8080, settings: ["DATA_PATH"])

  struct Receiver: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print(Python.repr(request.clientAddress))
      while let bytes = try request.readIfAny(exactly: 4) {
        let header = try PythonValue(json: request.read(exactly: length(bytes)))
        print(header.repr)
        guard let name = header["file_name"]?.text, let size = header["size"]?.integer, size >= 0 else {
          throw Failure("a header without file_name and size")
        }
        let file = try ReceivedFile(named: name, in: ".")
        try file.write(size, from: &request)
        try file.keep()
      }
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(settings.address, running: .threading()) { Receiver() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let folder = settings["DATA_PATH"] ?? "."
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    while true {
      let names = try Folder.names(folder)
      for (index, name) in names.enumerated() { print(index + 1, name) }
      guard let choice = input("选择想要上传的电影编号>>>:")?.stripped else { return }
      guard let number = Int(choice), number >= 1, number <= names.count else { continue }
      print(names[number - 1])
      guard let file = try? SentFile(folder + "/" + names[number - 1]) else {
        warn("\(names[number - 1]) is no file that can be read")
        continue
      }
      let header: PythonValue = [
        "file_name": "电影合集.mp4", "desc": "这是非常重要的数据", "size": .integer(file.size), "info": "…",
      ]
      try connection.sendAll(BinaryFormat("i").pack(header.json.utf8.count) + header.json.utf8)
      let sent = try connection.sendFile(file.descriptor.rawValue, count: Int64(file.size))
      guard sent == file.size else { throw Failure("\(file.path) became shorter while it was sent") }
      // A server that reads on behind a file's end, as the original's does, finds nothing there yet.
      pause(.milliseconds(100))
    }
  }
}
