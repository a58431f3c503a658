// The fields of the operations about commands (docs/PROTOCOL.md section 10). Absent is nil.

/// The fields of `run`.
public struct RunRequest: Hashable, Sendable, Codable {
  /// The program and its arguments, as they are to arrive.
  public var argv: [String]
  /// Milliseconds after which it is ended.
  public var timeout: Int64?
  /// Whether it runs on by itself, its output kept.
  public var detach: Bool?
  /// Whether `stdin` messages follow; without, its input is empty.
  public var input: Bool?
  /// Absent: pipes.
  public var terminal: TerminalRequest?

  public init(_ argv: [String]) { self.argv = argv }
}

/// What a terminal is like: the fields of `shell`.
public struct TerminalRequest: Hashable, Sendable, Codable {
  public var columns: Int
  public var rows: Int
  /// What programs find in `TERM`.
  public var type: String?

  public init(columns: Int, rows: Int, type: String?) {
    self.columns = columns
    self.rows = rows
    self.type = type
  }
}

/// The streams of a command.
public enum CommandStream: String, Hashable, Sendable, Codable {
  case stdin, stdout, stderr
}

/// The fields of `stdin`.
public struct InputRequest: Hashable, Sendable, Codable {
  /// Whether nothing follows.
  public var end: Bool?

  public init(end: Bool = false) { self.end = end ? true : nil }
}

/// More bytes of a stream that the sender of this is ready to take: the fields of `credit`, either way.
public struct Credit: Hashable, Sendable, Codable {
  public var stream: CommandStream
  public var bytes: Int

  public init(_ stream: CommandStream, bytes: Int) {
    self.stream = stream
    self.bytes = bytes
  }
}

/// The fields of `signal`.
public struct SignalRequest: Hashable, Sendable, Codable {
  public var signal: String

  public init(_ signal: CommandSignal) { self.signal = signal.rawValue }
}

/// The fields of `resize`.
public struct ResizeRequest: Hashable, Sendable, Codable {
  public var columns: Int
  public var rows: Int

  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}

/// The fields of `attach`.
public struct AttachRequest: Hashable, Sendable, Codable {
  public var job: UInt64

  public init(job: UInt64) { self.job = job }
}

/// The fields of `kill`.
public struct KillRequest: Hashable, Sendable, Codable {
  public var job: UInt64
  /// Absent: TERM, and KILL five seconds later, to everything that it has started.
  public var signal: String?

  public init(job: UInt64, signal: CommandSignal?) {
    self.job = job
    self.signal = signal?.rawValue
  }
}
