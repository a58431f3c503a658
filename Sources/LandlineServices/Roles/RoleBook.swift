import Synchronization

/// The roles as they are at this moment, and a number that grows with everything that may change what somebody may do:
/// so who reads it first, and the accounts then, knows how old is what they have found out.
final class RoleBook: Sendable {
  private struct State {
    var table: RoleTable
    var generation: UInt64 = 0
  }

  private let state: Mutex<State>
  /// Changes come one after the other.
  let changes = Slots(count: 1)

  init(_ roles: [Role]) {
    state = Mutex(State(table: RoleTable(roles)))
  }

  var table: RoleTable { state.withLock { $0.table } }
  var generation: UInt64 { state.withLock { $0.generation } }

  /// Notes that something has been changed, after it was stored.
  /// - Parameter table: nil: the roles are the same, but somebody has another one.
  func changed(_ table: RoleTable? = nil) {
    state.withLock { state in
      if let table { state.table = table }
      state.generation += 1
    }
  }
}
