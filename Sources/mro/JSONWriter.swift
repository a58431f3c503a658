import Glibc

/// JSON on its way to standard output.
struct JSONWriter {
  private var buffer: [UInt8] = []

  /// Appends JSON as it is.
  mutating func write(_ json: StaticString) {
    json.withUTF8Buffer { buffer += $0 }
  }

  /// Appends a name.
  mutating func write(_ name: Name) { buffer += name.json }

  /// A string of UTF-8 in quotes.
  static func quoted(_ bytes: [UInt8]) -> [UInt8] {
    var quoted: [UInt8] = []
    quoted.reserveCapacity(bytes.count + 2)
    quoted.append(UInt8(ascii: "\""))
    for byte in bytes { append(byte, to: &quoted) }
    quoted.append(UInt8(ascii: "\""))
    return quoted
  }

  private static func append(_ byte: UInt8, to quoted: inout [UInt8]) {
    let isControl = byte < 0x20 || byte == 0x7F
    guard isControl || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { return quoted.append(byte) }
    quoted.append(UInt8(ascii: "\\"))
    guard isControl else { return quoted.append(byte) }
    quoted += "u00".utf8
    for digit in [byte >> 4, byte & 15] { quoted.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
  }

  /// Appends a list of names, of which there is at least one; long lists are sent on their way.
  mutating func write(_ names: [Name]) throws(InputOutputFailure) {
    var separator = UInt8(ascii: "[")
    for name in names {
      buffer.append(separator)
      write(name)
      separator = UInt8(ascii: ",")
      if buffer.count >= 1 << 16 { try flush() }
    }
    buffer.append(UInt8(ascii: "]"))
  }

  /// Appends `{"error":"…"}`.
  mutating func write(error message: String) {
    write("{\"error\":")
    buffer += JSONWriter.quoted(Array(message.utf8))
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
