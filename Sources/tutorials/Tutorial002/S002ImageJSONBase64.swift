import SocketServer
import Sockets

/// A picture in base64 in JSON, for whoever connects.
///
/// The wire: `{"filename": "guido.jpg", "filedata": BASE64}`, and the end, which is the message's border. The original: what
/// one send leaves is lost; the client writes to whatever path the server names, and copies all it has for each KiB.
enum S002ImageJSONBase64: Pair {
  static let about = About(
    "s002_image_json_base64", "threads that send a picture as base64 in JSON", at: "192.168.1.2", 5566,
    settings: ["SAVE_DIR"])

  struct Sender: StreamRequestHandler {
    let message: [UInt8]

    func handle(_ request: inout StreamRequest) throws { try request.write(message) }
  }

  static func server(_ settings: Settings) throws {
    let file = try SentFile("guido.jpg")
    var picture: [UInt8] = []
    while case let data = try file.read(upTo: 65_536), !data.isEmpty { picture += data }
    let message: PythonValue = ["filename": "guido.jpg", "filedata": .text(Base64.encode(picture))]
    let bytes = Array(message.json.utf8)
    let server = try TCPServer(host: settings.host, port: settings.port, running: .threading()) {
      Sender(message: bytes)
    }
    print("服务器启动开始监听...")
    try server.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    var bytes: [UInt8] = []
    while case let data = try connection.receive(upTo: 65_536), !data.isEmpty, bytes.count < 1 << 30 { bytes += data }
    let message = try PythonValue(json: bytes)
    guard let name = message["filename"]?.text, let data = message["filedata"]?.text,
      let picture = Base64.decode(Array(data.utf8))
    else { throw Failure("the server sent no picture") }
    let file = try ReceivedFile(named: name, in: settings["SAVE_DIR"] ?? ".")
    try file.write(picture)
    try file.keep()
    print("图片已保存.")
  }
}
