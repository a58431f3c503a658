import LandlineProtocol

/// One thing a role may do: `admin`, `files.read=GLOB`, `files.write=GLOB`, `chat.rooms=GLOB`.
public struct Grant: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case admin
    case filesRead = "files.read"
    case filesWrite = "files.write"
    case chatRooms = "chat.rooms"
  }

  public var kind: Kind
  /// What it extends to; nil for `admin`.
  public var glob: PathGlob?

  /// - Returns: nil for a text that is no grant of this version, which therefore grants nothing.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let kind = Kind(rawValue: String(first)) else { return nil }
    self.kind = kind
    if kind == .admin {
      guard parts.count == 1 else { return nil }
    } else {
      guard parts.count == 2, !parts[1].isEmpty else { return nil }
      glob = PathGlob(String(parts[1]))
    }
  }

  public var description: String {
    kind.rawValue + (glob.map { "=\($0)" } ?? "")
  }
}
