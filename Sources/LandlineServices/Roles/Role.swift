/// A role as it was defined.
public struct Role: Hashable, Sendable {
  public var name: String
  /// Roles whose grants it has too, the one that speaks first at the front.
  public var parents: [String]
  /// As they are written: `files.read=videos/**`.
  public var grants: [String]

  public init(name: String, parents: [String] = [], grants: [String]) {
    self.name = name
    self.parents = parents
    self.grants = grants
  }

  /// The roles that every server has, and that stay as they are.
  public static let builtin: Set<String> = ["admin", "member", "guest"]

  public var isBuiltin: Bool { Self.builtin.contains(name) }
}
