/// Bytes to text, in pieces: what is cut off at the end of one is left for the next.
struct TextDecoder: ~Copyable {
  let encoding: TextEncoding
  let malformed: MalformedText
  private var converter: Converter?

  init(_ encoding: TextEncoding, _ malformed: MalformedText) throws(SocketError) {
    self.encoding = encoding
    self.malformed = malformed
    converter = nil
    if case .iconv(let name, _) = encoding.kind { converter = try Converter(from: name, to: "UTF-32LE") }
  }

  /// Decodes all there is; a character that is cut off at the end is malformed.
  mutating func decodeAll(_ bytes: UnsafeRawBufferPointer) throws(SocketError) -> String {
    if encoding.kind == .utf8, let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = String.UnicodeScalarView()
    let used = try decode(bytes, limit: .max, into: &text).used
    try finish(bytes.count - used, into: &text)
    return String(text)
  }

  /// What to make of bytes that are left when no more will come.
  func finish(_ left: Int, into text: inout String.UnicodeScalarView) throws(SocketError) {
    guard left > 0 else { return }
    guard malformed == .replace else { throw .malformed(encoding, "a text that ends within a character of") }
    text.append("\u{FFFD}")
  }

  /// Decodes characters.
  ///
  /// - Parameters:
  ///   - bytes: What there is.
  ///   - limit: The most scalars to decode.
  ///   - text: Where to append them.
  /// - Returns: How many bytes were used up, and how many scalars came of them. Without reaching the limit, the
  ///   rest is the beginning of a character.
  mutating func decode(
    _ bytes: UnsafeRawBufferPointer, limit: Int, into text: inout String.UnicodeScalarView
  ) throws(SocketError) -> (used: Int, produced: Int) {
    switch encoding.kind {
    case .utf8: return try decodeUTF8(bytes, limit, &text)
    case .ascii, .latin1:
      let highest: UInt8 = encoding.kind == .ascii ? 0x7F : 0xFF
      for byte in bytes.prefix(limit) {
        if byte > highest { try replace(&text) } else { text.append(UnicodeScalar(byte)) }
      }
      return (min(limit, bytes.count), min(limit, bytes.count))
    case .iconv(_, let exceptions): return try decodeByIconv(bytes, limit, exceptions, &text)
    }
  }

  private func replace(_ text: inout String.UnicodeScalarView) throws(SocketError) {
    guard malformed == .replace else { throw .malformed(encoding, "bytes that are no text in") }
    text.append("\u{FFFD}")
  }

  private func decodeUTF8(
    _ bytes: UnsafeRawBufferPointer, _ limit: Int, _ text: inout String.UnicodeScalarView
  ) throws(SocketError) -> (used: Int, produced: Int) {
    var offset = 0
    var produced = 0
    while offset < bytes.count, produced < limit {
      switch UTF8Scanner.scan(bytes, at: offset) {
      case .scalar(let scalar, let length):
        text.append(scalar)
        offset += length
      case .malformed(let length):
        try replace(&text)
        offset += length
      case .incomplete: return (offset, produced)
      }
      produced += 1
    }
    return (offset, produced)
  }

  private static let smallestWindow = 16
  private static let largestWindow = 512

  private mutating func decodeByIconv(
    _ bytes: UnsafeRawBufferPointer, _ limit: Int, _ exceptions: CodecExceptions,
    _ text: inout String.UnicodeScalarView
  ) throws(SocketError) -> (used: Int, produced: Int) {
    var rest = bytes
    var produced = 0
    // Where one byte is malformed the next is likely to be.
    var window = Self.largestWindow
    while !rest.isEmpty, produced < limit {
      let runLength = exceptions.endOfPlainRun(in: rest, window: window)
      guard runLength > 0 else {
        guard case .scalar(let value, let length) = exceptions.match(rest), let scalar = UnicodeScalar(value) else {
          try replace(&text)
          rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
          produced += 1
          continue
        }
        text.append(scalar)
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(length))
        produced += 1
        continue
      }
      // Converted to its end before the next is looked for: looking again for each piece would take quadratic time.
      var run = UnsafeRawBufferPointer(rebasing: rest.prefix(runLength))
      var stop = Converter.Stop.full
      while stop == .full, produced < limit {
        let count: Int
        (count, stop) = convert(&run, limit: limit - produced, &text)
        produced += count
      }
      let isLastRun = runLength == rest.count
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(runLength - run.count))
      switch stop {
      case .incomplete where isLastRun: return (bytes.count - rest.count, produced)
      case .incomplete, .malformed:
        try replace(&text)
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        produced += 1
        window = Self.smallestWindow
      case .done, .full: window = min(2 * window, Self.largestWindow)
      }
    }
    return (bytes.count - rest.count, produced)
  }

  /// Converts up to 256 scalars, as many as a small buffer on the stack holds.
  private mutating func convert(
    _ run: inout UnsafeRawBufferPointer, limit: Int, _ text: inout String.UnicodeScalarView
  ) -> (count: Int, stop: Converter.Stop) {
    var room: [256 of UInt32] = InlineArray(repeating: 0)
    var span = room.mutableSpan
    var wanted = min(limit, span.count)
    var (count, stop) = (0, Converter.Stop.done)
    repeat {
      (count, stop) = span.withUnsafeMutableBytes { room in
        var free = UnsafeMutableRawBufferPointer(rebasing: room.prefix(4 * wanted))
        let stop = converter?.convert(&run, into: &free) ?? .malformed
        return (wanted - free.count / 4, stop)
      }
      // A character that is more than one scalar, and found no room: then there are more than were asked for.
      wanted += 1
    } while count == 0 && stop == .full && wanted <= span.count
    for index in 0..<count {
      text.append(UnicodeScalar(UInt32(littleEndian: span[index])) ?? "\u{FFFD}")
    }
    return (count, stop)
  }
}
