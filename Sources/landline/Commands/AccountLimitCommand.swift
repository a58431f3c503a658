import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline account limit`.
struct AccountLimitCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "limit",
    abstract: "Limit how fast an account may send and receive.",
    usage: "landline account limit NAME RATE",
    discussion: """
      The rate counts for all connections of the account together, each way. It holds at once, and until \
      it is changed. 'none' takes it away; the server's own limit for everybody, if it has one, stays.

      Examples:
        landline account limit bert 10M
        landline account limit bert none
      """)

  @Argument(help: ArgumentHelp("The account.", valueName: "account"))
  var name: String

  @Argument(
    help: ArgumentHelp("So much a second: 500K, 10M, 1.5G (bytes, by 1024), or none.", valueName: "rate"),
    transform: RateLimit.init(reading:))
  var rate: RateLimit

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let answer = try await server.client().withConnection {
      try await $0.limitAccount(name, rate: rate.bytesPerSecond)
    }
    if json {
      JSONLine.write(answer)
    } else if answer.rate == 0 {
      Screen.shared.out("\(printable(answer.name)) has no limit of its own")
    } else {
      Screen.shared.out("\(printable(answer.name)) is limited to \(Format.rate(Double(answer.rate))) each way")
    }
  }
}
