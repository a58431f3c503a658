/// Bytes that were received, in a buffer of the loop's. They go back to the loop when this value's life ends: do not keep
/// it while you wait for more.
public struct ReceivedBytes: ~Copyable, @unchecked Sendable {
  // Sendable although it holds a pointer: nobody else has it, and the value cannot be copied.
  private let buffer: UnsafeMutableRawPointer
  private let loop: EventLoop

  /// How many there are; at least one.
  public let count: Int

  init(buffer: UnsafeMutableRawPointer, count: Int, loop: EventLoop) {
    self.buffer = buffer
    self.count = count
    self.loop = loop
  }

  deinit { loop.giveBuffer(buffer) }

  /// The bytes, where they lie.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = UnsafeRawBufferPointer(start: buffer, count: count).bytes
      return _overrideLifetime(span, borrowing: self)
    }
  }

  /// One byte.
  public subscript(_ index: Int) -> UInt8 {
    precondition((0..<count).contains(index), "byte \(index) of \(count)")
    return buffer.load(fromByteOffset: index, as: UInt8.self)
  }
}

extension [UInt8] {
  /// A copy of received bytes, to be kept.
  public init(_ received: borrowing ReceivedBytes) { self = received.bytes.withUnsafeBytes { [UInt8]($0) } }
}

extension String {
  /// Received bytes as UTF-8; what is no UTF-8 becomes U+FFFD.
  public init(decoding received: borrowing ReceivedBytes) {
    self = received.bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
