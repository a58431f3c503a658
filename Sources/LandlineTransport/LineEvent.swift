public import NIOCore

/// A piece of the stream of messages, in order: a head, the slices of its body, the end of the message.
public enum LineEvent: Sendable {
  case head([UInt8], bodyLength: Int)
  case body(ByteBuffer)
  case end

  /// What it costs to keep it, in bytes: its content and a little, so that empty messages cost something too.
  var cost: Int {
    switch self {
    case .head(let bytes, _): bytes.count + 64
    case .body(let slice): slice.readableBytes + 64
    case .end: 16
    }
  }
}

/// Why a connection ended, other than by its orderly end.
public enum LineTransportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The peer was too slow: a message was begun and not finished, or what was sent was not read.
  case stalled(String)
  /// The connection is closed, by either side.
  case closed

  public var description: String {
    switch self {
    case .stalled(let what): what
    case .closed: "the connection is closed"
    }
  }
}
