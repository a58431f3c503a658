import CLaunch
import Glibc
import LandlineProtocol
import LandlineServices

/// The pipes, or the terminal, between the server and a program, both ends of each.
struct ProgramEnds {
  // The program's.
  let input: Descriptor
  let output: Descriptor
  let error: Descriptor
  let control: Descriptor
  /// The server's.
  let own: Own

  struct Own {
    var control: ProgramPipe
    var input: (any ProgramInput)?
    var output: ProgramPipe
    var error: ProgramPipe?
    /// For its size; nil without one.
    var terminal: Descriptor?

    /// All that end with the program.
    var pipes: [ProgramPipe] {
      [output, error, input as? ProgramPipe, (input as? TerminalInput)?.pipe].compactMap(\.self)
    }
  }

  /// What a program can write while nobody reads, in bytes: as much as two messages, so that it and the server can work
  /// at the same time.
  private static let pipeSize: Int32 = 524_288

  init(_ program: ProgramStart, _ poller: Poller) throws(LineError) {
    let (near, far) = try Self.pair("a launcher's socket", claunch_control_pair)
    control = far
    let ownControl = try Self.pipe(near, poller)
    if let terminal = program.terminal {
      let (primary, secondary) = try Self.pair("a terminal") { pair in
        claunch_open_terminal(&pair[0], &pair[1], UInt16(terminal.columns), UInt16(terminal.rows))
      }
      input = secondary
      output = secondary
      error = secondary
      own = Own(
        control: ownControl, input: TerminalInput(pipe: try Self.pipe(primary, poller)),
        output: try Self.pipe(primary, poller), error: nil, terminal: primary)
    } else {
      let ownInput: (any ProgramInput)?
      if program.hasInput {
        let (reading, writing) = try Self.pair("a pipe", claunch_pipe)
        input = reading
        ownInput = try Self.pipe(writing, poller)
      } else {
        let raw = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw LineError(errno: errno, "cannot open /dev/null") }
        input = Descriptor(owning: raw)
        ownInput = nil
      }
      let (reading, writing) = try Self.pair("a pipe", claunch_pipe)
      claunch_set_pipe_size(writing.raw, Self.pipeSize)
      let (readingErrors, writingErrors) = try Self.pair("a pipe", claunch_pipe)
      output = writing
      error = writingErrors
      own = Own(
        control: ownControl, input: ownInput, output: try Self.pipe(reading, poller),
        error: try Self.pipe(readingErrors, poller), terminal: nil)
    }
  }

  private static func pair(
    _ what: String, _ make: (UnsafeMutablePointer<Int32>) -> Int32
  ) throws(LineError) -> (Descriptor, Descriptor) {
    var pair: [Int32] = [-1, -1]
    let result = pair.withUnsafeMutableBufferPointer { $0.baseAddress.map(make) ?? -1 }
    guard result == 0 else { throw LineError(errno: errno, "cannot make \(what)") }
    return (Descriptor(owning: pair[0]), Descriptor(owning: pair[1]))
  }

  /// A copy of the descriptor as a pipe of its own: one may be waited for in each direction.
  private static func pipe(_ descriptor: Descriptor, _ poller: Poller) throws(LineError) -> ProgramPipe {
    let copy = fcntl(descriptor.raw, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw LineError(errno: errno, "cannot copy a descriptor") }
    return try ProgramPipe(owning: copy, poller)
  }
}
