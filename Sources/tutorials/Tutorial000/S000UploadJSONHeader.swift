import BinaryPacking
import SocketServer
import Sockets

/// Files are uploaded behind a JSON header, and a fixed header that says how long it is.
///
/// The wire, for each file: i32, `{"cmd": "put", "filename": NAME, "filesize": N}`, N bytes; the server never answers.
/// The original: any attribute of the server can be called by `cmd`; `../` leads out of the folder; `recv(8192)` takes the
/// next header for the file's end; a client that goes in the middle of a file leaves it spinning.
enum S000UploadJSONHeader: Pair {
  static let about = About("s000_upload_json_header", "upload behind a JSON header", at: "127.0.0.1", 8080)

  struct Receiver: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print("from client ", Python.repr(request.clientAddress))
      while let bytes = try request.readIfAny(exactly: 4) {
        let header = try PythonValue(json: request.read(exactly: length(bytes)))
        print(header.repr)
        guard header["cmd"]?.text == "put", let name = header["filename"]?.text,
          let size = header["filesize"]?.integer, size >= 0
        else { throw Failure("a header without cmd put, filename and filesize") }
        let file = try ReceivedFile(named: name, in: "file_upload")
        print("-----> \(file.path)")
        var received = 0
        while received < size {
          let data = try request.read(upTo: min(8192, size - received))
          guard !data.isEmpty else { throw Failure("\(name) ended after \(received) of \(size) bytes") }
          try file.write(data)
          received += data.count
          print("recvsize:\(received) filesize:\(size)")
        }
        try file.keep()
      }
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Receiver() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    while let words = input(">>: ")?.split(whereSeparator: \.isWhitespace) {
      guard words.count > 1, words[0] == "put" else { continue }
      guard let file = try? SentFile(String(words[1])) else {
        print("file:\(words[1]) is not exists")
        continue
      }
      let header: PythonValue = ["cmd": "put", "filename": .text(file.name), "filesize": .integer(file.size)]
      print(header.repr)
      // One for each file: the original's server takes what follows a file at once for its end.
      let connection = try Socket(connectingTo: settings.host, port: settings.port)
      try connection.sendAll(BinaryFormat("i").pack(Int32(header.json.utf8.count)) + header.json.utf8)
      var sent = 0
      while case let data = try file.read(upTo: 65_536), !data.isEmpty {
        try connection.sendAll(data)
        for index in data.indices where data[index] == 0x0A || sent + index + 1 == file.size { print(sent + index + 1) }
        sent += data.count
      }
      print("upload successful")
    }
  }
}
