import ArgumentParser
import CLinux
import Glibc
import LandlineClient
import LandlineProtocol

/// Where the program begins: one command is parsed and run, and its end becomes an exit code.
@main
enum Program {
  @concurrent
  static func main() async {
    // A reader that has gone is an error of the write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    clinux_keep_freed_memory()
    do {
      var command = try LandlineCommand.parseAsRoot()
      let speaksJSON = (command as? any SpeaksJSON)?.json ?? false
      if !(command is Serve) { Interrupt.install() }
      do {
        if var command = command as? any AsyncParsableCommand {
          try await command.run()
        } else {
          try command.run()
        }
      } catch {
        end(with: error, of: type(of: command), speaksJSON: speaksJSON)
      }
    } catch {
      end(with: error, of: nil, speaksJSON: CommandLine.arguments.contains("--json"))
    }
    exit(ExitStatus.done.rawValue)
  }

  /// Short flags that were written together, as in `put -dash`, in which the parser has found the `h` of help: more
  /// likely a name that begins with a dash.
  private static var helpInName: String? {
    let words = CommandLine.arguments.dropFirst()
    if words.contains(where: { ["-h", "--help", "--version", "help"].contains($0) }) { return nil }
    return words.first { $0.utf8.count > 2 && $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("h") }
  }

  /// `landline help nonsense`, for which the parser shows the help of `landline`.
  private static var isHelpForNothing: Bool {
    CommandLine.arguments.dropFirst().first == "help"
      && MistypedCommand.find(in: Array(CommandLine.arguments.dropFirst())) != nil
  }

  /// - Parameter command: the one that ran; nil when the command line was not understood.
  private static func end(with error: any Error, of command: (any ParsableCommand.Type)?, speaksJSON: Bool) -> Never {
    if let status = error as? ExitStatus {
      // Everything has been said already.
      exit(status.rawValue)
    }
    let parserCode = LandlineCommand.exitCode(for: error)
    var error = error
    if parserCode == .success, let name = helpInName {
      error = ClientError(
        .usage, "there is no option '\(printable(name))'",
        advice: "A name that begins with '-' is written './\(printable(name))'")
    } else if parserCode == .success, !isHelpForNothing {
      // --help and --version come this way.
      Screen.shared.out(LandlineCommand.fullMessage(for: error))
      exit(ExitStatus.done.rawValue)
    }
    // What still waits to be drawn comes first.
    Screen.shared.clear()
    let failure = Failure(error, of: command)
    if speaksJSON { JSONLine.write(JSONError(failure)) }
    Screen.shared.note(failure.text)
    exit(failure.status.rawValue)
  }
}
