import Glibc
import LandlineClient
import LandlineProtocol

/// How a command's end becomes this process's.
enum RunEnd {
  /// As `timeout` says it (man 1 timeout).
  private static let timedOut: Int32 = 124
  /// As shells say it.
  private static let cannotExecute: Int32 = 126
  private static let noSuchProgram: Int32 = 127

  /// The exit code: what it returned; 128 and the signal's number, as shells count; 124 when its time was up.
  static func code(_ exited: ExitedAnswer) -> Int32 {
    if exited.timedOut == true { return timedOut }
    if let signal = exited.signal { return 128 + signal }
    return exited.status ?? 0
  }

  /// Ends the process.
  static func end(_ code: Int32) -> Never {
    Screen.shared.clear()
    exit(code)
  }

  /// Ends the process when the person has typed that it should.
  static func endAsLeft() -> Never {
    RawTerminal.restore()
    Screen.shared.note("\nlandline: left; what ran there is ended")
    end(ExitStatus.someFailed.rawValue)
  }

  /// Says why a program could not be run, and ends the process with the code that shells have for it; returns for every
  /// other error.
  static func endIfNotRun(_ error: ClientError, json: Bool) {
    let code: Int32
    switch error.refusal?.code {
    case .notFound?: code = noSuchProgram
    case .wrongKind?: code = cannotExecute
    default: return
    }
    let failure = Failure(error, of: nil)
    if json { Screen.shared.note(JSONLine.text(JSONError(failure))) }
    Screen.shared.note(failure.text)
    end(code)
  }

  /// How long it took, as people read it.
  static func text(_ exited: ExitedAnswer) -> String {
    let end =
      if let signal = exited.signal {
        "ended by signal \(CommandSignal(number: signal)?.rawValue ?? String(signal))"
      } else {
        "exit \(exited.status ?? 0)"
      }
    let why = exited.timedOut == true ? ", its time was up" : ""
    return "\(end)\(why), after \(seconds(exited.milliseconds)) "
      + "(processor \(seconds(exited.user)), system \(seconds(exited.system)))"
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    let rest = String(milliseconds % 1_000)
    return "\(milliseconds / 1_000).\(String(repeating: "0", count: 3 - rest.count))\(rest) s"
  }
}

/// What `--json` says of a command.
struct JSONRun: Encodable {
  var event: String
  var job: UInt64
  var program: String?
  var status: Int32?
  var signal: Int32?
  var milliseconds: Int64?
  var user: Int64?
  var system: Int64?
  var timedOut: Bool?
  var stragglers: Bool?
  var dropped: Int64?

  init(_ event: String, _ started: StartedAnswer) {
    self.event = event
    job = started.job
    program = started.program
  }

  init(_ exited: ExitedAnswer, job: UInt64) {
    event = "exited"
    self.job = job
    status = exited.status
    signal = exited.signal
    milliseconds = exited.milliseconds
    user = exited.user
    system = exited.system
    timedOut = exited.timedOut
    stragglers = exited.stragglers
    dropped = exited.dropped
  }
}
