import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline account set`.
struct AccountSetCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Give an account another role.",
    usage: "landline account set NAME --role ROLE",
    discussion: """
      It counts at once, also for who is connected: what they may do no longer ends.

      Examples:
        landline account set bert --role guest
      """)

  @Argument(help: ArgumentHelp("The account.", valueName: "account"))
  var name: String

  @Option(help: ArgumentHelp("The role; 'landline role list' shows them.", valueName: "role"))
  var role: String

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let account = try await server.client().withConnection { try await $0.setRole(role, ofAccount: name) }
    if json {
      JSONLine.write(account)
    } else {
      Screen.shared.out("\(printable(account.name)) is \(printable(account.role))")
    }
  }
}
