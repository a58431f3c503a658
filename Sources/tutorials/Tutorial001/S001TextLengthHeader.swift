import Sockets

/// The length as text before the data: a cure that is none, since nothing says where the length ends.
///
/// The wire: `12`, `kinght love `, `3`, `aym`, without separators. The original: `recv(4)` gets `12ki`, and its server ends
/// with an error; the second message is never read. Here a length ends with its last digit (the data begin with a letter),
/// and the client waits PAUSE seconds (0.2) behind each length, or writes it in PAD digits (`0012`), as Python's int() reads it.
enum S001TextLengthHeader: Pair {
  static let about = About(
    "s001_text_length_header", "text length before the data", at: "127.0.0.1", 8001, settings: ["PAD", "PAUSE"])

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    var stream = try SocketStream(listener.accept().socket)
    var digits = ""
    var data: [UInt8] = []
    while digits.count < 4 {
      let byte = try stream.read(exactly: 1)
      guard (0x30...0x39).contains(byte[0]) else {
        data = byte
        break
      }
      digits += byte.text
    }
    guard let length = Int(digits), length >= data.count else { throw Failure("the length \(digits)") }
    print((data + (try stream.read(exactly: length - data.count))).text)
  }

  static func client(_ settings: Settings) throws {
    let width = settings["PAD"].flatMap { Int($0) }.map { $0 == 1 ? 4 : min($0, 4) } ?? 0
    let wait = settings["PAUSE"].flatMap { Double($0) } ?? (width > 0 ? 0 : 0.2)
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    for message in ["kinght love ", "aym"] {
      let digits = "\(message.utf8.count)"
      do {
        try connection.sendAll((String(repeating: "0", count: max(0, width - digits.count)) + digits).utf8)
        pause(.seconds(min(max(wait, 0), 60)))
        try connection.sendAll(message.utf8)
      } catch {
        // The server reads the first message only.
        guard error.isDisconnected else { throw error }
      }
    }
  }
}
