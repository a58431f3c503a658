//! Roles that inherit: who decides what somebody may do.

import Linearization

// snippet.roles
/// A role: its parents, the most important first, and what it says about some permissions.
struct Role {
  var parents: [String] = []
  var permissions: [String: Bool] = [:]
}

let roles = [
  "guest": Role(permissions: ["read": true, "write": false, "invite": false]),
  "author": Role(parents: ["guest"], permissions: ["write": true]),
  "host": Role(parents: ["guest"], permissions: ["invite": true]),
  "editor": Role(parents: ["author", "host"], permissions: ["delete": true]),
]
// snippet.end

// snippet.lookup
/// What a role and its ancestors say; the first of them in the linearization that says something decides.
func allows(_ role: String, _ permission: String) throws -> Bool {
  let order = try linearize(role) { roles[$0]?.parents }
  return order.lazy.compactMap { roles[$0]?.permissions[permission] }.first ?? false
}

print(try linearize("editor") { roles[$0]?.parents })  // ["editor", "author", "host", "guest"]
print(try allows("editor", "write"))  // true: the author says it before the guest denies it
print(try allows("editor", "invite"))  // true: so says the host
// snippet.end

// snippet.check
/// Refuses a role that nobody could understand, when it is made.
func check(_ name: String, _ role: Role) {
  do {
    _ = try linearize(name) { $0 == name ? role.parents : roles[$0]?.parents }
    print("\(name) is fine")
  } catch {
    print(error)
  }
}

check("moderator", Role(parents: ["host", "author"]))
check("confused", Role(parents: ["guest", "author"]))
// confused has no linearization: it names guest before author, its parent author puts author before guest
// snippet.end
