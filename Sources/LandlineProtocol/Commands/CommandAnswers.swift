// The fields of the answers about commands (docs/PROTOCOL.md section 10). Absent is nil.

/// The fields of `started`, and of `detached`.
public struct StartedAnswer: Hashable, Sendable, Codable {
  public var job: UInt64
  /// The program by its absolute path.
  public var program: String?

  public init(job: UInt64, program: String?) {
    self.job = job
    self.program = program
  }
}

/// How a command ended: the fields of `exited`.
public struct ExitedAnswer: Hashable, Sendable, Codable {
  /// What it returned; absent when a signal ended it.
  public var status: Int32?
  /// The signal that ended it, by number.
  public var signal: Int32?
  /// From its start to its end.
  public var milliseconds: Int64
  /// Milliseconds of the processor: its own, and the system's for it.
  public var user: Int64
  public var system: Int64
  /// Its time was up.
  public var timedOut: Bool?
  /// Processes that it left behind were ended.
  public var stragglers: Bool?
  /// Bytes of a job's output that were not kept.
  public var dropped: Int64?

  public init(
    status: Int32? = nil, signal: Int32? = nil, milliseconds: Int64 = 0, user: Int64 = 0, system: Int64 = 0,
    timedOut: Bool = false, stragglers: Bool = false
  ) {
    self.status = status
    self.signal = signal
    self.milliseconds = milliseconds
    self.user = user
    self.system = system
    self.timedOut = timedOut ? true : nil
    self.stragglers = stragglers ? true : nil
  }
}

/// A command that runs, or a job that has ended.
public struct JobEntry: Hashable, Sendable, Codable {
  public var job: UInt64
  public var account: String
  public var argv: [String]
  /// Seconds since 1970.
  public var started: Int64
  /// Whether it runs by itself; else somebody waits for it.
  public var detached: Bool
  /// Absent while it runs.
  public var exited: ExitedAnswer?
  /// Bytes of its output that are kept.
  public var kept: Int64?

  public init(job: UInt64, account: String, argv: [String], started: Int64, detached: Bool) {
    self.job = job
    self.account = account
    self.argv = argv
    self.started = started
    self.detached = detached
  }
}

/// The list is nil when it travels as the body.
public struct JobsAnswer: Hashable, Sendable, Codable {
  public var jobs: [JobEntry]?

  public init(jobs: [JobEntry]?) { self.jobs = jobs }
}

// MARK: Without the coders, for a command that is over soon would wait for those longer than for itself

extension StartedAnswer {
  init?(flat head: inout FlatHead) {
    guard let job = head.integer("job").flatMap(UInt64.init(exactly:)) else { return nil }
    self.init(job: job, program: head.text("program"))
  }

  func write(to text: inout JSONText) {
    text.member("job", job)
    if let program { text.member("program", program) }
  }
}

extension ExitedAnswer {
  init?(flat head: inout FlatHead) {
    guard let milliseconds = head.integer("milliseconds"), let user = head.integer("user"),
      let system = head.integer("system")
    else { return nil }
    self.init(milliseconds: milliseconds, user: user, system: system)
    // What does not fit is left to the coder, which says so.
    if let number = head.integer("status") {
      guard let status = Int32(exactly: number) else { return nil }
      self.status = status
    }
    if let number = head.integer("signal") {
      guard let signal = Int32(exactly: number) else { return nil }
      self.signal = signal
    }
    timedOut = head.boolean("timedOut")
    stragglers = head.boolean("stragglers")
    dropped = head.integer("dropped")
  }

  func write(to text: inout JSONText) {
    if let status { text.member("status", status) }
    if let signal { text.member("signal", signal) }
    text.member("milliseconds", milliseconds)
    text.member("user", user)
    text.member("system", system)
    if let timedOut { text.member("timedOut", timedOut) }
    if let stragglers { text.member("stragglers", stragglers) }
    if let dropped { text.member("dropped", dropped) }
  }
}
