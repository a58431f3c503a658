internal import CSockets
internal import Glibc
internal import SystemPackage

/// A value that an option of a socket can have.
public protocol SocketOptionValue: Sendable {
  /// The most bytes that the kernel writes for it.
  static var maximumOptionSize: Int { get }

  /// Reads what the kernel wrote; nil when that is no such value.
  init?(optionBytes: RawSpan)

  /// The bytes for the kernel.
  var optionBytes: [UInt8] { get }
}

/// A C `int` that is not 0.
extension Bool: SocketOptionValue {
  public static var maximumOptionSize: Int { Int.maximumOptionSize }

  public init?(optionBytes bytes: RawSpan) {
    guard let number = Int(optionBytes: bytes) else { return nil }
    self = number != 0
  }

  public var optionBytes: [UInt8] { (self ? 1 : 0).optionBytes }
}

/// A C `int`: what does not fit becomes the nearest that does.
extension Int: SocketOptionValue {
  public static var maximumOptionSize: Int { MemoryLayout<CInt>.size }

  public init?(optionBytes bytes: RawSpan) {
    guard bytes.byteCount == MemoryLayout<CInt>.size else { return nil }
    self.init(bytes.unsafeLoadUnaligned(as: CInt.self))
  }

  public var optionBytes: [UInt8] {
    withUnsafeBytes(of: CInt(clamping: self)) { [UInt8]($0) }
  }
}

/// A short text without a zero byte: the name of an interface or an algorithm.
extension String: SocketOptionValue {
  public static var maximumOptionSize: Int { 64 }

  public init?(optionBytes bytes: RawSpan) {
    let text = bytes.withUnsafeBytes { $0.prefix { $0 != 0 } }
    guard let text = String(validating: text, as: UTF8.self) else { return nil }
    self = text
  }

  public var optionBytes: [UInt8] { Array(utf8) }
}

/// What becomes of bytes that are not delivered when a socket is closed (`SO_LINGER`, `man 7 socket`).
public enum Linger: Hashable, Sendable, SocketOptionValue {
  /// They are delivered in the background. (Python: `struct.pack("ii", 0, 0)`.)
  case inBackground
  /// Closing waits for them, so many seconds at most. 0 throws them away: TCP resets the connection.
  case upTo(seconds: Int)

  public static var maximumOptionSize: Int { MemoryLayout<linger>.size }

  public init?(optionBytes bytes: RawSpan) {
    guard bytes.byteCount == MemoryLayout<linger>.size else { return nil }
    let isOn = bytes.unsafeLoadUnaligned(as: CInt.self) != 0
    let seconds = bytes.unsafeLoadUnaligned(fromByteOffset: 4, as: CInt.self)
    self = isOn ? .upTo(seconds: Int(seconds)) : .inBackground
  }

  public var optionBytes: [UInt8] {
    switch self {
    case .inBackground: 0.optionBytes + 0.optionBytes
    case .upTo(let seconds): 1.optionBytes + max(0, seconds).optionBytes
    }
  }
}
