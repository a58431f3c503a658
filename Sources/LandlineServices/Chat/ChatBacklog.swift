import LandlineProtocol

/// What is waiting to be stored, account by account. A value without a clock.
///
/// Accounts take turns, so that who says much holds up nobody else; and who has said more than ``ChatFlow`` allows waits
/// until that is made good. Nothing is ever dropped.
struct ChatBacklog {
  typealias Instant = ContinuousClock.Instant

  /// What there is to do at some moment.
  struct Taken {
    /// What is to be stored.
    var batch: [ChatSubmission] = []
    /// What may not be stored any more, and why.
    var refused: [(submission: ChatSubmission, error: LineError)] = []
    /// When there is nothing to do, when to ask again: nil where nothing is waiting.
    var next: Instant?

    var isEmpty: Bool { batch.isEmpty && refused.isEmpty }
  }

  /// What is stored in one go.
  static let mostMessages = 1_024
  static let mostBytes = 1_048_576
  /// How many an account stores in one turn.
  static let turn = 64
  /// Less than that nobody is made to wait: who is slowed stores a few at a time.
  private static let shortestWait = Duration.milliseconds(10)

  private struct Account {
    var waiting: [ChatSubmission] = []
    /// How many at the beginning of `waiting` are taken.
    var taken = 0
    var messages: TokenBucket
    var bytes: TokenBucket
    /// When what it has said is made good.
    var dueAt: Instant
    /// Whether nothing is taken before that.
    var isHeld = false

    var isEmpty: Bool { taken == waiting.count }
  }

  private let flow: ChatFlow
  private var accounts: [Int64: Account] = [:]
  /// Accounts of which something is waiting, in the order of their turns.
  private var turns: [Int64] = []

  init(flow: ChatFlow) {
    self.flow = flow
  }

  var isEmpty: Bool { turns.isEmpty }

  mutating func add(_ submission: ChatSubmission, at now: Instant) {
    let id = submission.message.account
    if accounts[id] == nil { accounts[id] = account(at: now) }
    if accounts[id]?.isEmpty == true { turns.append(id) }
    accounts[id]?.waiting.append(submission)
  }

  private func account(at now: Instant) -> Account {
    Account(
      messages: TokenBucket(rate: flow.messages, burst: flow.messages * flow.burst, at: now),
      bytes: TokenBucket(rate: flow.bytes, burst: flow.bytes * flow.burst, at: now), dueAt: now)
  }

  /// What may be stored now.
  mutating func take(at now: Instant) -> Taken {
    var taken = Taken()
    var bytes = 0
    var next: Instant?
    var late: [Int64] = []
    while !turns.isEmpty, taken.batch.count + taken.refused.count < Self.mostMessages, bytes < Self.mostBytes {
      let id = turns.removeFirst()
      guard var account = accounts[id] else { continue }
      // Let go of, so that what is in it is changed in place.
      accounts[id] = nil
      if account.dueAt > now, account.isHeld || account.dueAt - now > Self.shortestWait {
        account.isHeld = true
        next = min(next ?? account.dueAt, account.dueAt)
        late.append(id)
      } else {
        account.isHeld = false
        bytes += Self.takeTurn(&account, &taken, at: now)
        if !account.isEmpty { turns.append(id) }
      }
      accounts[id] = account
    }
    turns = late + turns
    if taken.isEmpty { taken.next = next }
    return taken
  }

  /// - Returns: bytes of text.
  private static func takeTurn(_ account: inout Account, _ taken: inout Taken, at now: Instant) -> Int {
    var bytes = 0
    var count = 0
    while !account.isEmpty, count < turn, account.dueAt - now <= shortestWait {
      let submission = account.waiting[account.taken]
      account.taken += 1
      // That costs nothing: so what waits of somebody who has gone is gone at once.
      if let error = submission.refusal() {
        taken.refused.append((submission, error))
        if taken.refused.count >= mostMessages { break }
        continue
      }
      count += 1
      let size = submission.message.text.count
      bytes += size
      taken.batch.append(submission)
      account.dueAt =
        now + max(account.messages.take(1, at: now), account.bytes.take(Int64(size), at: now))
    }
    if account.isEmpty {
      account.waiting.removeAll(keepingCapacity: account.waiting.count <= turn)
      account.taken = 0
    } else if account.taken >= 1_024 {
      account.waiting.removeFirst(account.taken)
      account.taken = 0
    }
    return bytes
  }

  /// Everything that is waiting; nothing is afterwards.
  mutating func takeAll() -> [ChatSubmission] {
    defer {
      accounts = [:]
      turns = []
    }
    return turns.flatMap { id in accounts[id].map { Array($0.waiting[$0.taken...]) } ?? [] }
  }

  /// Forgets accounts of which nothing is waiting and whose allowance is whole again.
  mutating func tidy(at now: Instant) {
    guard accounts.count > 2 * turns.count + 256 else { return }
    let whole = now - .seconds(flow.burst)
    accounts = accounts.filter { !$0.value.isEmpty || $0.value.dueAt > whole }
  }
}
