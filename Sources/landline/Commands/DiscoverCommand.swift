import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline discover`.
struct DiscoverCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "discover",
    abstract: "Find servers on the local network.",
    discussion: """
      Asks by UDP multicast; servers that were started with --discoverable answer. Name, address and fingerprint \
      are what a server says of itself, and anybody could say so: to join takes an invite, and that is what proves it.

      Examples:
        landline discover
        landline discover --wait 3s --json
      """)

  @Option(help: ArgumentHelp("How long to wait for answers: 1s. (default: 1s)", valueName: "time"))
  var wait: TimeSpan?

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func validate() throws {
    if let wait, wait.seconds > 60 { throw ValidationError("--wait is 60s at most") }
  }

  func run() async throws {
    let time = Duration.seconds(wait?.seconds ?? 1)
    let found = try await WaitingThreads.run { () -> Result<[FoundServer], ClientError> in
      do throws(ClientError) { return .success(try ServerSearch.run(for: time)) } catch { return .failure(error) }
    }.get()
    if json {
      for server in found { JSONLine.write(server) }
      return
    }
    if found.isEmpty {
      Screen.shared.note("no server answered; is it started with --discoverable, and on this network?")
    }
    for line in Format.table(found.map { [printable($0.name), printable($0.address), printable($0.fingerprint)] }) {
      Screen.shared.out(line)
    }
  }
}
