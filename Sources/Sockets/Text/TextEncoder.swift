/// Text to bytes, in pieces: an encoding with a mark or a state at the beginning has it once.
struct TextEncoder: ~Copyable {
  let encoding: TextEncoding
  let malformed: MalformedText
  private var converter: Converter?

  init(_ encoding: TextEncoding, _ malformed: MalformedText) throws(SocketError) {
    self.encoding = encoding
    self.malformed = malformed
    converter = nil
    if case .iconv(let name, _) = encoding.kind { converter = try Converter(from: "UTF-32LE", to: name) }
  }

  mutating func encode(_ text: String) throws(SocketError) -> [UInt8] {
    var bytes: [UInt8] = []
    switch encoding.kind {
    case .utf8: return Array(text.utf8)
    case .ascii, .latin1:
      let highest: UInt32 = encoding.kind == .ascii ? 0x7F : 0xFF
      bytes.reserveCapacity(text.utf8.count)
      for scalar in text.unicodeScalars {
        if scalar.value <= highest { bytes.append(UInt8(scalar.value)) } else { try replace(scalar, &bytes) }
      }
    case .iconv(_, let exceptions):
      bytes.reserveCapacity(text.utf8.count)
      try encodeByIconv(text, exceptions, &bytes)
    }
    return bytes
  }

  /// What an encoding with a state has at the end of a text, to be where it began.
  mutating func finish() -> [UInt8] {
    var room: [64 of UInt8] = InlineArray(repeating: 0)
    var span = room.mutableSpan
    let count = span.withUnsafeMutableBytes { converter?.reset(into: $0) ?? 0 }
    return (0..<count).map { span[$0] }
  }

  private func replace(_ scalar: UnicodeScalar, _ bytes: inout [UInt8]) throws(SocketError) {
    guard malformed == .replace else {
      throw .malformed(encoding, "U+\(String(scalar.value, radix: 16, uppercase: true)) cannot be written in")
    }
    bytes.append(UInt8(ascii: "?"))
  }

  private mutating func encodeByIconv(
    _ text: String, _ exceptions: CodecExceptions, _ bytes: inout [UInt8]
  ) throws(SocketError) {
    var run: [UInt32] = []
    run.reserveCapacity(Self.runLength)
    for scalar in text.unicodeScalars {
      // Tag characters vanish without a word where an encoding does not have them: each is watched.
      let mayVanish = scalar.value >> 7 == 0xE0000 >> 7
      if mayVanish { try flush(&run, &bytes) }
      guard let instead = exceptions.bytes(of: scalar.value) else {
        let before = bytes.count
        run.append(scalar.value.littleEndian)
        if mayVanish || run.count == Self.runLength { try flush(&run, &bytes) }
        if mayVanish, bytes.count == before { try replace(scalar, &bytes) }
        continue
      }
      try flush(&run, &bytes)
      if instead.isEmpty { try replace(scalar, &bytes) } else { bytes += instead }
    }
    try flush(&run, &bytes)
  }

  private static let runLength = 256

  private mutating func flush(_ run: inout [UInt32], _ bytes: inout [UInt8]) throws(SocketError) {
    var room: [1024 of UInt8] = InlineArray(repeating: 0)
    var span = room.mutableSpan
    var done = 0
    while done < run.count {
      var stop = Converter.Stop.done
      let (read, written) = run.withUnsafeBytes { scalars in
        span.withUnsafeMutableBytes { room in
          var input = UnsafeRawBufferPointer(rebasing: scalars.dropFirst(4 * done))
          var output = room
          let before = input.count
          stop = converter?.convert(&input, into: &output) ?? .malformed
          return ((before - input.count) / 4, room.count - output.count)
        }
      }
      for index in 0..<written { bytes.append(span[index]) }
      done += read
      if stop == .malformed || stop == .incomplete {
        try replace(UnicodeScalar(UInt32(littleEndian: run[done])) ?? "\u{FFFD}", &bytes)
        done += 1
      }
    }
    run.removeAll(keepingCapacity: true)
  }
}
