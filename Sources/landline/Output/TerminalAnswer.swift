import Glibc

/// What a person types as an answer.
enum TerminalAnswer {
  /// One line of standard input, without blanks around it; nil at its end.
  static func line() -> String? {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return nil }
      if byte == UInt8(ascii: "\n") { break }
      // More than anybody types; the rest of the line is passed over.
      if line.count < 4_096 { line.append(byte) }
    }
    let blank = UInt8(ascii: " ")
    let start = line.drop { $0 <= blank }
    let end = start.reversed().drop { $0 <= blank }.reversed()
    return String(decoding: end, as: UTF8.self)
  }
}
