import Synchronization

/// Who a connection belongs to, as it is at every moment: a change of the role, or of the account's role, is seen by
/// the next look, and told to those who watch.
public final class LivePrincipal: Sendable {
  private struct State {
    var principal: Principal
    /// Of what was known of roles when `principal` was read.
    var generation: UInt64 = 0
    var lastWatcher: UInt64 = 0
    var watchers: [UInt64: @Sendable (Principal) -> Void] = [:]
  }

  private let state: Mutex<State>

  public init(_ principal: Principal) {
    state = Mutex(State(principal: principal))
  }

  /// Who it is now: ask anew for each decision.
  public var current: Principal { state.withLock { $0.principal } }

  /// Calls `body` at once, and again after every change, from any thread, until the watch ends. So a right that is lost
  /// between a check and the beginning of the watch is noticed.
  /// - Returns: the watch; it ends when nobody holds it any more, or by ``Watch/end()``.
  public func watch(_ body: @escaping @Sendable (Principal) -> Void) -> Watch {
    let (number, principal) = state.withLock { state in
      state.lastWatcher += 1
      state.watchers[state.lastWatcher] = body
      return (state.lastWatcher, state.principal)
    }
    body(principal)
    return Watch(self, number)
  }

  /// Notes who it is now.
  /// - Parameter generation: what was read later has a greater one; what was read before is ignored.
  func update(_ principal: Principal, generation: UInt64) {
    let watchers = state.withLock { state -> [@Sendable (Principal) -> Void] in
      guard generation >= state.generation else { return [] }
      state.generation = generation
      guard state.principal != principal else { return [] }
      state.principal = principal
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher(principal) }
  }

  fileprivate func unwatch(_ number: UInt64) {
    // What it held is let go of outside of the lock.
    _ = state.withLock { $0.watchers.removeValue(forKey: number) }
  }

  /// Ends with whoever holds it.
  public final class Watch: Sendable {
    private let principal: LivePrincipal
    private let number: UInt64

    fileprivate init(_ principal: LivePrincipal, _ number: UInt64) {
      self.principal = principal
      self.number = number
    }

    deinit { end() }

    /// After this no further call begins.
    public func end() { principal.unwatch(number) }
  }
}
