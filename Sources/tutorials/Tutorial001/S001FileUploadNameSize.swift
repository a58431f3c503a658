import SocketServer
import Sockets
import SystemPackage

/// A file a connection, behind `NAME-SIZE`, with nothing between that and the content.
///
/// The wire: `NAME-SIZE`, the content, the end. The original: when both arrive together, or NAME has a `-`, its server ends;
/// a client that goes early leaves it looping; `../` leads out of the folder. Here the end of the connection tells: the
/// header ends where exactly SIZE bytes follow.
enum S001FileUploadNameSize: Pair {
  static let about = About(
    "s001_file_upload_name_size", "file upload, header NAME-SIZE", at: "127.0.0.1", 8001, settings: ["BASE_DIR"])

  struct Receiver: StreamRequestHandler {
    let folder: String

    func handle(_ request: inout StreamRequest) throws {
      let file = try ReceivedFile(named: nil, in: folder)
      var head: [UInt8] = []
      var total = 0
      var guess: (name: String, size: Int, length: Int)?
      while case let data = try request.read(upTo: 8192), !data.isEmpty {
        try file.write(data)
        head += data.prefix(1024 - head.count)
        total += data.count
        if guess == nil, let found = Self.headers(in: head).last {
          print("用户已连接,传输文件名\(found.name)-\(Double(found.size) / 1024)kb")
          guess = found
        }
        guard let guess, case let received = total - guess.length, received < guess.size else { continue }
        show("\r\(guess.name)已传输\(100 * received / guess.size)%")
      }
      guard let header = Self.headers(in: head).first(where: { $0.size == total - $0.length }) else {
        throw Failure("no file of the size that its header says, but \(total) bytes")
      }
      try file.keep(as: header.name, droppingFirst: header.length)
      print("\r\(header.name)传输完成")
    }

    /// The beginnings of a stream that could be `NAME-SIZE`.
    private static func headers(in head: [UInt8]) -> [(name: String, size: Int, length: Int)] {
      head.indices.compactMap { end in
        guard let dash = head[...end].lastIndex(of: UInt8(ascii: "-")), dash < end else { return nil }
        let digits = head[(dash + 1)...end]
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }), let size = Int(Array(digits).text) else { return nil }
        return (Array(head[..<dash]).text, size, end + 1)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    let folder = Folder.forReceivedFiles(settings)
    try TCPServer(settings.address, running: .threading()) { Receiver(folder: folder) }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    guard let path = input("请输入需要上传的文件:")?.stripped else { return }
    let file = try SentFile(path)
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    print("开始上传文件")
    try connection.sendAll("\(file.name)-\(file.size)".utf8)
    // The original's server takes its first receive for the header, and nothing but the header.
    pause(.milliseconds(200))
    try connection.sendFile(file.descriptor.rawValue, offset: 0, count: Int64(file.size))
  }
}
