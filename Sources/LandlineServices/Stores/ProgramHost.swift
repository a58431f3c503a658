public import LandlineProtocol

/// Where programs run: starts them, confined, and is what they are read and written by.
public protocol ProgramHost: Sendable {
  /// Why no program can be run here, as a sentence's rest; nil when they can.
  var refusal: String? { get }

  /// The shell of whoever programs run as, by its absolute path.
  var shell: String { get }

  /// The programs that a name without a slash may mean, by their absolute paths, in the order of the search.
  func programs(named name: String) -> [String]

  /// Starts one. It may wait for about a millisecond. The program runs, or it is known why not, when
  /// ``RunningProgram/started()`` returns.
  func start(_ program: ProgramStart) throws(LineError) -> any RunningProgram

  /// Gets ready for the next one, which then starts sooner. It may wait for some milliseconds.
  func prepare()

  /// Whether it is ready, so that the next start waits for neither a process nor a disk.
  var isPrepared: Bool { get }

  /// Room for what a job says, at most so many bytes as each is allowed.
  func makeOutput(job: UInt64) throws(LineError) -> any JobOutput
}

/// What is to be started.
public struct ProgramStart: Sendable {
  /// Its absolute path.
  public var path: String
  /// Its own name, as it was called by, and its arguments.
  public var argv: [String]
  /// Absent: pipes.
  public var terminal: TerminalRequest?
  /// Whether somebody will write to it; else its input is empty.
  public var hasInput: Bool
  /// Milliseconds after which it is ended.
  public var timeout: Int64?
  /// Who asked, for its environment.
  public var account: String
  public var job: UInt64

  public init(
    path: String, argv: [String], terminal: TerminalRequest?, hasInput: Bool, timeout: Int64?, account: String,
    job: UInt64
  ) {
    self.path = path
    self.argv = argv
    self.terminal = terminal
    self.hasInput = hasInput
    self.timeout = timeout
    self.account = account
    self.job = job
  }
}

/// A program, with everything that it starts.
public protocol RunningProgram: Sendable {
  /// nil: nobody writes to it.
  var input: (any ProgramInput)? { get }
  /// Its standard output, or its terminal.
  var output: any ProgramOutput { get }
  /// nil with a terminal, where both are the same.
  var errorOutput: (any ProgramOutput)? { get }

  /// Waits until it is known whether it runs.
  /// - Throws: `not-found`, `wrong-kind` for what cannot be executed, `too-many`, `internal`.
  func started() async throws(LineError)

  /// Sends a signal to its process group.
  func signal(_ signal: CommandSignal)

  /// Ends it: SIGTERM to everything that it has started, SIGKILL five seconds later.
  func end()

  /// Sets the size of its terminal, if it has one.
  func resize(columns: Int, rows: Int)

  /// Waits until it has ended, with everything that it had started.
  /// - Throws: `CancellationError`.
  func exit() async throws -> ExitedAnswer

  /// The same, also in a cancelled task.
  func exitRegardless() async -> ExitedAnswer
}

/// What a program writes.
public protocol ProgramOutput: Sendable {
  /// Waits until there is something to read, or nothing will follow.
  /// - Returns: about how many bytes can be read at once; 0 when that is not known, at the end say.
  func readable() async throws -> Int

  /// Reads what there is.
  /// - Returns: 0 at the end; nil when there is nothing now.
  func read(into room: UnsafeMutableRawBufferPointer) throws -> Int?
}

/// What a program reads.
public protocol ProgramInput: Sendable {
  /// Waits until it takes something.
  func writable() async throws

  /// - Returns: how many bytes it has taken; nil when it takes none now.
  /// - Throws: when it does not read any more.
  func write(_ bytes: UnsafeRawBufferPointer) throws -> Int?

  /// Says that nothing follows.
  func close()
}

/// What a job has said, kept until the job is forgotten.
public protocol JobOutput: Sendable {
  /// Keeps a piece; what is too much is counted and dropped.
  func append(_ stream: CommandStream, _ bytes: UnsafeRawBufferPointer)

  /// Bytes that were kept, and that were dropped.
  var amounts: (kept: Int64, dropped: Int64) { get }

  /// Reads from a place on, which it moves; from one stream, and not beyond the end of a piece.
  /// - Returns: nil when there is nothing more (now).
  func read(from place: inout JobPlace, into room: UnsafeMutableRawBufferPointer) throws(LineError) -> Int?

  /// Gives the room back. Who reads now still can.
  func remove()
}

/// A place in what a job has said.
public struct JobPlace: Hashable, Sendable {
  /// Bytes from the beginning of what is kept.
  public var offset: Int64 = 0
  /// The piece that the place is in: its stream, and how much of it is left.
  public var stream = CommandStream.stdout
  public var left = 0

  public init() {}
}
