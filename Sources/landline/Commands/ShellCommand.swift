import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline shell`.
struct ShellCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shell",
    abstract: "Work in a shell on a server.",
    usage: "landline shell [SERVER]",
    discussion: """
      It takes every key, Ctrl-C among them. Enter, '~' and '.' end it from this side, for a shell that does \
      not answer. Its exit code becomes this command's. When it ends, what it has started ends, too.

      It needs a role with commands.shell (landline role define).

      Examples:
        landline shell office
      """)

  @Argument(
    help: ArgumentHelp(
      "The joined server; may be left out when there is only one.", valueName: "joined-name"))
  var server: String?

  func run() async throws {
    guard Terminal.isBothWays else {
      throw ClientError(
        .usage, "a shell needs a terminal on both sides, and here is none",
        advice: "Single programs run without one: landline run -- PROGRAM")
    }
    let client = try ServerChoice.load().client(for: RunCommand.name(server))
    let signals = RunSignals()
    let terminal = Terminal.request
    do {
      let exited = try await client.withConnection { connection in
        try await connection.shell(terminal) { command in
          try await RawTerminal.during(keepsLines: false) {
            try await RemoteRun(isTerminal: true).run(command, signals: signals)
          }
        }
      }
      RunEnd.end(RunEnd.code(exited))
    } catch is RunEscape {
      RunEnd.endAsLeft()
    }
  }
}
