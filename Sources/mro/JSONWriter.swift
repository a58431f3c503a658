import Glibc

/// JSON on its way to standard output.
struct JSONWriter {
  private var buffer: [UInt8] = []

  /// Appends JSON as it is.
  mutating func write(_ json: StaticString) {
    json.withUTF8Buffer { buffer += $0 }
  }

  /// Appends a string of UTF-8 in quotes.
  mutating func write(string bytes: [UInt8]) {
    buffer.append(UInt8(ascii: "\""))
    if bytes.contains(where: JSONWriter.needsEscape) {
      for byte in bytes { write(escaping: byte) }
    } else {
      buffer += bytes
    }
    buffer.append(UInt8(ascii: "\""))
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func write(escaping byte: UInt8) {
    guard JSONWriter.needsEscape(byte) else { return buffer.append(byte) }
    buffer.append(UInt8(ascii: "\\"))
    guard byte < 0x20 || byte == 0x7F else { return buffer.append(byte) }
    buffer += "u00".utf8
    for digit in [byte >> 4, byte & 15] { buffer.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
  }

  /// Appends a list of strings of UTF-8, of which there is at least one; long lists are sent on their way.
  mutating func write(strings: some Sequence<[UInt8]>) throws(InputOutputFailure) {
    var separator = UInt8(ascii: "[")
    for bytes in strings {
      buffer.append(separator)
      write(string: bytes)
      separator = UInt8(ascii: ",")
      if buffer.count >= 1 << 16 { try flush() }
    }
    buffer.append(UInt8(ascii: "]"))
  }

  /// Appends `{"error":"…"}`.
  mutating func write(error message: String) {
    write("{\"error\":")
    write(string: Array(message.utf8))
    write("}")
  }

  /// Writes what has gathered.
  mutating func flush() throws(InputOutputFailure) {
    var offset = 0
    while offset < buffer.count {
      let count = buffer[offset...].withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw InputOutputFailure("cannot write standard output")
      }
      offset += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
