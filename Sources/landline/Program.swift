import ArgumentParser
import CLinux
import Glibc
import LandlineClient

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
        end(with: error, speaksJSON: speaksJSON)
      }
    } catch {
      end(with: error, speaksJSON: CommandLine.arguments.contains("--json"))
    }
    exit(ExitStatus.done.rawValue)
  }

  /// `landline help nonsense`, for which the parser shows the help of `landline`.
  private static var isHelpForNothing: Bool {
    CommandLine.arguments.dropFirst().first == "help"
      && MistypedCommand.find(in: Array(CommandLine.arguments.dropFirst())) != nil
  }

  private static func end(with error: any Error, speaksJSON: Bool) -> Never {
    if let status = error as? ExitStatus {
      // Everything has been said already.
      exit(status.rawValue)
    }
    let parserCode = LandlineCommand.exitCode(for: error)
    if parserCode == .success, !isHelpForNothing {
      // --help and --version come this way.
      Screen.shared.out(LandlineCommand.fullMessage(for: error))
      exit(ExitStatus.done.rawValue)
    }
    // What still waits to be drawn comes first.
    Screen.shared.clear()
    let failure = Failure(error)
    if speaksJSON { JSONLine.write(JSONError(failure)) }
    Screen.shared.note(failure.text)
    exit(failure.status.rawValue)
  }
}
