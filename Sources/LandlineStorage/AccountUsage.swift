import LandlineProtocol
import LandlineServices
import Synchronization

/// How many bytes each account has stored: files of the tree that carry its mark (`OwnerMark`), and its kept uploads.
///
/// Counted by a walk when the first quota is to count, and from then on by what is written and taken away, exactly. What
/// people change by hand is seen by a walk once an hour.
///
/// ```
/// quota   [ stored ............ | promised to what is on its way | free ]
/// ```
final class AccountUsage: Sendable {
  private struct Bytes {
    var stored: Int64 = 0
    var promised: Int64 = 0
  }

  private struct State {
    var accounts: [Int64: Bytes] = [:]
    var isCounted = false
    /// Set while a count is under way: what was written meanwhile, which the count may have met or not, by account;
    /// an account is in here as soon as anything of it changes.
    var meanwhile: [Int64: Int64]?
    /// Whether anything got another name meanwhile, and so may have been missed.
    var isMoved = false
    /// How often a first count was begun anew because of that.
    var retries = 0
  }

  /// How often a first count is begun anew, before it is taken as it is, and made again later.
  private static let mostRetries = 5

  private let state = Mutex(State())
  private let active = Atomic(false)
  /// Carries nothing, and ends when somebody wants to know.
  private let (silence, silenceEnd) = AsyncStream.makeStream(of: Never.self)
  private let names = Mutex<Void>(())

  // MARK: Counting

  /// Whether anybody wants to know: else nobody looks whose a file is before it goes.
  var isActive: Bool { active.load(ordering: .acquiring) }

  /// From now on it is to be known.
  func activate() {
    active.store(true, ordering: .releasing)
    silenceEnd.finish()
  }

  /// Waits until that, or until its task is cancelled. For one task.
  func waitUntilActive() async { for await _ in silence {} }

  /// Whether it is known.
  var isCounted: Bool { state.withLock { $0.isCounted } }

  /// Of an account; nil until it is known.
  func stored(_ account: Int64) -> Int64? {
    state.withLock { $0.isCounted ? $0.accounts[account]?.stored ?? 0 : nil }
  }

  func beginCount() {
    state.withLock { state in
      state.meanwhile = [:]
      state.isMoved = false
    }
  }

  /// Ends a count.
  /// - Parameter found: bytes by account.
  /// - Returns: whether it should be counted again soon.
  func endCount(_ found: [Int64: Int64]) -> Bool {
    names.withLock { _ in state.withLock { Self.end(found, &$0) } }
  }

  private static func end(_ found: [Int64: Int64], _ state: inout State) -> Bool {
    let meanwhile = state.meanwhile ?? [:]
    state.meanwhile = nil
    if !state.isCounted, state.isMoved, state.retries < Self.mostRetries {
      state.retries += 1
      return true
    }
    // What is known stays known; an account whose files changed meanwhile is better known than counted.
    if state.isCounted && state.isMoved { return true }
    for account in Set(found.keys).union(state.accounts.keys) {
      if let written = meanwhile[account] {
        // Rather too much than too little: what was written meanwhile may have been met, or not.
        guard !state.isCounted else { continue }
        state.accounts[account, default: Bytes()].stored = (found[account] ?? 0).addingSaturated(written)
      } else {
        state.accounts[account, default: Bytes()].stored = found[account] ?? 0
      }
    }
    state.isCounted = true
    return !meanwhile.isEmpty || state.isMoved
  }

  // MARK: Changes

  /// Promises `count` bytes to an account.
  /// - Throws: `no-space` when they would be more than its quota.
  func reserve(_ count: Int64, for owner: FileOwner) throws(LineError) {
    let failure = state.withLock { state -> LineError? in
      let bytes = state.accounts[owner.account] ?? Bytes()
      if count > 0, let quota = owner.quota {
        guard state.isCounted else {
          return LineError(
            .noSpace,
            isActive
              ? "the server is still counting what you have stored; try again in a moment"
              : "you have a quota, and this server cannot keep quotas; its log says why")
        }
        if bytes.stored.addingSaturated(bytes.promised).addingSaturated(count) > quota {
          let running = bytes.promised > 0 ? ", with \(byteText(bytes.promised)) promised to what is on its way" : ""
          return LineError(
            .noSpace,
            "your quota is \(byteText(quota)), of which \(byteText(bytes.stored)) are used\(running); this needs "
              + "\(byteText(count)). Remove something, or ask an admin for a larger quota")
        }
      }
      state.accounts[owner.account, default: Bytes()].promised += count
      return nil
    }
    if let failure { throw failure }
  }

  /// Notes that `count` promised bytes were written, or will not be.
  func settle(_ count: Int64, of account: Int64, written: Bool) {
    state.withLock { state in
      state.accounts[account, default: Bytes()].promised -= count
      if written { Self.add(count, to: account, &state) }
    }
  }

  /// Notes that so many bytes are gone.
  func removed(_ count: Int64, of account: Int64) {
    guard isActive else { return }
    state.withLock { Self.add(-count, to: account, &$0) }
  }

  private static func add(_ count: Int64, to account: Int64, _ state: inout State) {
    let sum = (state.accounts[account]?.stored ?? 0).addingSaturated(count)
    // Below nothing only while nobody has counted yet.
    state.accounts[account, default: Bytes()].stored = state.isCounted ? max(sum, 0) : sum
    if let written = state.meanwhile?[account] {
      state.meanwhile?[account] = written.addingSaturated(max(count, 0))
    } else if state.meanwhile != nil {
      state.meanwhile?[account] = max(count, 0)
    }
  }

  /// Notes, within `changingNames`, that an upload has become a file of the tree: a count that is under way may have met
  /// it in both places.
  func published(of account: Int64) {
    state.withLock { state in
      guard let meanwhile = state.meanwhile, meanwhile[account] == nil else { return }
      state.meanwhile?[account] = 0
    }
  }

  /// Changes a name in the tree. While anybody counts, one after the other, and not while a count ends: so what goes is
  /// what was looked at, and what changed is known to the count.
  /// - Parameter moving: whether what is in the tree gets another name, and so may be missed by a count.
  func changingNames<Result: ~Copyable, Failure: Error>(
    moving: Bool = false, _ body: () throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    guard isActive else { return try body() }
    return try names.withLock { _ throws(Failure) in
      if moving { state.withLock { if $0.meanwhile != nil { $0.isMoved = true } } }
      return try body()
    }
  }
}
