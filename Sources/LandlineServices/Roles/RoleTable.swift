public import LandlineProtocol
import Linearization

/// All roles of a server, and what follows from them.
///
/// What a role may do is looked up along its C3 linearization, kind by kind: the first role in it that says anything of
/// a kind decides, with all that it says of it. So the most specific role speaks first.
public struct RoleTable: Sendable {
  /// A grant that counts, and the role that it comes from.
  public struct Effective: Hashable, Sendable {
    public var grant: Grant
    public var role: String
    /// Whether it is not written there, but follows from `admin`.
    public var isImplied: Bool
  }

  /// What a role comes to.
  public struct Resolution: Hashable, Sendable {
    /// The role itself, and all roles above it.
    public var linearization: [String]
    public var effective: [Effective]

    public var grants: [Grant] { effective.map(\.grant) }
  }

  /// The most roles that all linearizations together may have: a bound on time and memory.
  private static let mostTogether = 200_000

  public let roles: [String: Role]
  private let resolutions: [String: Resolution]
  /// The roles that have no linearization, and why: only for a database that was changed by hand.
  private let faults: [String: LinearizationError<String>]

  public init(_ roles: [Role]) {
    let byName = Dictionary(roles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var linearizer = Linearizer<String>(limit: Self.mostTogether) { byName[$0]?.parents }
    var resolutions: [String: Resolution] = [:]
    var faults: [String: LinearizationError<String>] = [:]
    for role in roles {
      do throws(LinearizationError<String>) {
        let order = try linearizer.linearization(of: role.name)
        resolutions[role.name] = Resolution(
          linearization: order, effective: Self.effective(order.compactMap { byName[$0] }))
      } catch {
        faults[role.name] = error
      }
    }
    self.roles = byName
    self.resolutions = resolutions
    self.faults = faults
  }

  /// What a role comes to; nil for one that is not there, or has no linearization, and so grants nothing.
  public func resolution(of name: String) -> Resolution? { resolutions[name] }

  /// The table with a role defined anew.
  /// - Throws: `not-found` for an unknown parent; `bad-request` for a hierarchy that has no linearization. Either names
  ///   the roles.
  public func defining(_ role: Role) throws(LineError) -> RoleTable {
    for parent in role.parents where parent != role.name && roles[parent] == nil {
      throw LineError(
        .notFound, "there is no role '\(printable(parent))', which is to be a parent of '\(printable(role.name))'")
    }
    var changed = roles
    changed[role.name] = role
    let table = RoleTable(Array(changed.values))
    // Its own fault comes first; then those of roles below it, which were right until now.
    if let fault = table.faults[role.name] { throw Self.refusal(fault) }
    for name in table.faults.keys.sorted() where faults[name] == nil {
      if let fault = table.faults[name] { throw Self.refusal(fault, below: role.name) }
    }
    return table
  }

  private static func refusal(_ fault: LinearizationError<String>, below changed: String? = nil) -> LineError {
    let consequence = changed.map { ", if '\($0)' is defined like that" } ?? ""
    return LineError(.badRequest, "the role \(fault)\(consequence)")
  }

  /// The roles that name `name` as a parent.
  public func children(of name: String) -> [String] {
    roles.values.filter { $0.parents.contains(name) }.map(\.name).sorted()
  }

  /// Whether any role bounds how many bytes an account may have.
  public var hasQuotas: Bool {
    resolutions.values.contains { $0.grants.contains { if case .bytes = $0.scope { true } else { false } } }
  }

  private static func effective(_ order: [Role]) -> [Effective] {
    let said = order.map { role in (name: role.name, grants: role.grants.flatMap { (try? Grant.parse($0)) ?? [] }) }
    return Grant.Kind.allCases.flatMap { kind -> [Effective] in
      for (name, grants) in said {
        let own = grants.filter { $0.kind == kind }
        if !own.isEmpty { return own.map { Effective(grant: $0, role: name, isImplied: false) } }
        if kind.isImpliedByAdmin, grants.contains(where: { $0.kind == .admin && $0.scope == .everything }) {
          return [Effective(grant: Grant(kind, .names(PathGlob("**"))), role: name, isImplied: true)]
        }
      }
      return []
    }
  }
}
