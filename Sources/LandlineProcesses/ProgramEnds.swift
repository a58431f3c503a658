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
  /// The server's.
  let own: Own

  struct Own {
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
    if let terminal = program.terminal {
      let (primary, secondary) = try Descriptor.pair("a terminal") { pair in
        claunch_open_terminal(&pair[0], &pair[1], UInt16(terminal.columns), UInt16(terminal.rows))
      }
      input = secondary
      output = secondary
      error = secondary
      own = Own(
        input: TerminalInput(pipe: try ProgramPipe(copying: primary, poller)),
        output: try ProgramPipe(copying: primary, poller), error: nil, terminal: primary)
    } else {
      let ownInput: (any ProgramInput)?
      if program.hasInput {
        let (reading, writing) = try Descriptor.pair("a pipe", claunch_pipe)
        input = reading
        ownInput = try ProgramPipe(copying: writing, poller)
      } else {
        let raw = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { throw LineError(errno: errno, "cannot open /dev/null") }
        input = Descriptor(owning: raw)
        ownInput = nil
      }
      let (reading, writing) = try Descriptor.pair("a pipe", claunch_pipe)
      claunch_set_pipe_size(writing.raw, Self.pipeSize)
      let (readingErrors, writingErrors) = try Descriptor.pair("a pipe", claunch_pipe)
      output = writing
      error = writingErrors
      own = Own(
        input: ownInput, output: try ProgramPipe(copying: reading, poller),
        error: try ProgramPipe(copying: readingErrors, poller), terminal: nil)
    }
  }
}
