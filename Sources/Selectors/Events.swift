/// What a descriptor is watched for, and what it is ready for. (Python: `EVENT_READ`, `EVENT_WRITE`.)
public struct Events: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Reading will not wait: there is data, a connection to accept, the end of the stream, or an error.
  @inlinable
  public static var read: Events { Events(rawValue: 1) }

  /// Writing will not wait: there is room, or a connect is done, or there is an error.
  @inlinable
  public static var write: Events { Events(rawValue: 2) }

  /// There is something out of the ordinary to read, as TCP's urgent data (`POLLPRI`, man 2 poll).
  @inlinable
  public static var priority: Events { Events(rawValue: 4) }

  @inlinable
  static var all: Events { Events(rawValue: 7) }
}

extension Events: CustomStringConvertible {
  public var description: String {
    var names: [String] = []
    if contains(.read) { names.append("read") }
    if contains(.write) { names.append("write") }
    if contains(.priority) { names.append("priority") }
    let others = rawValue & ~Events.all.rawValue
    if others != 0 { names.append("unknown(\(others))") }
    return "[" + names.joined(separator: ", ") + "]"
  }
}
