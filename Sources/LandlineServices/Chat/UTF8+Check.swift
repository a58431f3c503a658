extension Span<UInt8> {
  /// Whether it is UTF-8 (RFC 3629).
  var isUTF8: Bool { withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) } != nil }
}
