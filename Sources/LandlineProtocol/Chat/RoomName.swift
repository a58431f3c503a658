/// Where a message goes: a room, or the inbox of an account, which is written `@NAME`.
public enum RoomName: Hashable, Sendable, CustomStringConvertible {
  case room(String)
  /// The messages for one account alone; only that one may read them.
  case inbox(of: String)

  /// The room that is always there.
  public static let lobby = "lobby"

  /// Reads a name: as an account's, capital letters being the same as small ones; or `@` and an account's name.
  /// - Throws: `bad-request`.
  public init(_ text: String) throws(LineError) {
    if text.utf8.first == UInt8(ascii: "@") {
      let account = String(decoding: text.utf8.dropFirst(), as: UTF8.self)
      try Name.check(account, as: "an account")
      self = .inbox(of: account)
    } else {
      try Name.check(text, as: "a room")
      self = .room(text.lowercased())
    }
  }

  public var description: String {
    switch self {
    case .room(let name): name
    case .inbox(let account): "@\(account)"
    }
  }
}
