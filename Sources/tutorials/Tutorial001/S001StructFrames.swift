import Framing
import Sockets

/// Messages with their length in 4 bytes before them, any number of them.
///
/// The wire: i32, so many bytes, again and again, then the end. The original: one `recv(4)` is taken to give 4 bytes, and a
/// client that goes inside of a message leaves its server looping.
enum S001StructFrames: Pair {
  static let about = About("s001_struct_frames", "messages behind a length of 4 bytes", at: "127.0.0.1", 8001)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    var decoder = LengthFieldDecoder(width: .four, byteOrder: .littleEndian, maximumLength: 1 << 20)
    while case let data = try connection.receive(upTo: 65_536), !data.isEmpty {
      for message in try decoder.frames(in: data) { print(message.text) }
    }
    try decoder.finish()
    print("对方断开连接")
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    let encoder = LengthFieldEncoder(width: .four, byteOrder: .littleEndian, maximumLength: 1 << 20)
    for message in ["xin正在学习", "应该没有"] {
      var frame: [UInt8] = []
      try encoder.encode(Array(message.utf8), into: &frame)
      try connection.sendAll(frame)
    }
  }
}
