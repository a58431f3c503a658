import LandlineProtocol

/// One thing a role may do, as it is written: `admin`, `files.write=inbox/**`, `commands.run=/usr/bin/env`
/// (docs/PROTOCOL.md section 9).
public struct Grant: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case admin
    case filesRead = "files.read"
    case filesWrite = "files.write"
    case filesQuota = "files.quota"
    case commandsRun = "commands.run"
    case commandsShell = "commands.shell"
    case chatRooms = "chat.rooms"

    /// Whether an admin has all of it where no role says otherwise.
    var isImpliedByAdmin: Bool {
      switch self {
      case .filesRead, .filesWrite, .chatRooms: true
      case .admin, .filesQuota, .commandsRun, .commandsShell: false
      }
    }
  }

  /// What a grant extends to.
  public enum Scope: Hashable, Sendable {
    /// Everything of its kind: `admin`, `commands.shell`, `files.quota=none`.
    case everything
    /// Nothing of its kind: `files.write=none` takes away what a role further down would give.
    case nothing
    case names(PathGlob)
    case bytes(Int64)
    case command(CommandPattern)
  }

  public var kind: Kind
  public var scope: Scope

  public init(_ kind: Kind, _ scope: Scope) {
    self.kind = kind
    self.scope = scope
  }

  /// - Returns: nil for a text that is no grant of this version, which therefore grants nothing.
  public init?(_ text: String) {
    guard let grants = try? Grant.parse(text), grants.count == 1 else { return nil }
    self = grants[0]
  }

  /// The pattern of names it extends to, if it is about names.
  public var glob: PathGlob? {
    if case .names(let glob) = scope { glob } else { nil }
  }

  public var description: String {
    switch scope {
    case .everything: kind == .filesQuota ? "files.quota=none" : kind.rawValue
    case .nothing: kind.rawValue + "=none"
    case .names(let glob): "\(kind.rawValue)=\(glob)"
    case .bytes(let count): "\(kind.rawValue)=\(ByteQuantity.text(count))"
    case .command(let pattern): "\(kind.rawValue)=\(pattern)"
    }
  }
}
