import Sockets

/// A command and its name, apart from the file that may stick to it.
///
/// `put NAME` has no border, and its client may send the size and the first line's header right behind it. Where the
/// header's text begins, the eight bytes before it are the size and the header's length; an empty file ends in a size of
/// zero. A name has no control characters, so one of them says that there is more than a name.
struct S004FTPCommand {
  let word: String
  let name: String

  /// The longest command, and the longest header that is looked for.
  private static let limit = 8192

  /// Reads a command; nil at the connection's end.
  init?(from stream: inout SocketStream) throws {
    var bytes = try stream.peek()
    guard !bytes.isEmpty else { return nil }
    var length = bytes.count
    if bytes.starts(with: "put ".utf8) {
      while true {
        guard bytes.count <= Self.limit else { throw Failure("a command of more than \(Self.limit) bytes") }
        if let found = Self.nameEnd(bytes) {
          length = found
          break
        }
        let more = try stream.peek(atLeast: bytes.count + 1)
        guard more.count > bytes.count else { throw Failure("the connection ended within a command") }
        bytes = more
      }
    }
    guard length <= 1024 else { throw Failure("a command of \(length) bytes") }
    guard let text = String(validating: try stream.read(exactly: length), as: UTF8.self) else {
      throw Failure("a command that is no UTF-8")
    }
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    word = String(words[0])
    name = words.count > 1 ? String(words[1]) : ""
  }

  /// Where the name ends in what is there of `put NAME…`; nil if more is needed to tell.
  private static func nameEnd(_ bytes: [UInt8]) -> Int? {
    guard let control = bytes.firstIndex(where: { $0 < 0x20 }) else { return bytes.count }
    let mark = Array(#"{"file_name": ""#.utf8)
    // The upper half of the header's length is zero, so the first control character is one of the eight bytes.
    let first = max(13, control + 2)
    for start in first..<max(first, bytes.count - mark.count + 1) where bytes[start...].starts(with: mark) {
      return start - 8
    }
    return bytes.suffix(4) == [0, 0, 0, 0] ? bytes.count - 4 : nil
  }
}
