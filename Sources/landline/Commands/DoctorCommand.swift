import ArgumentParser
import LandlineClient
import LandlineProtocol
import LandlineServer

/// `landline doctor`.
struct DoctorCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look whether all is well, and say what to do where it is not.",
    discussion: """
      With --data it looks at a server on this machine, whether it runs or not: its folder, disk, database, \
      certificate, limits, port. Settings are read as 'serve' reads them, from the environment and the file \
      named by --config. Without --data it looks at this user's side: the configuration, and whether each \
      joined server can be reached, is the one that was joined, and lets us in. It changes nothing.

      Each line says ok, warning or error. The exit code is 1 when there is an error.

      Examples:
        landline doctor
        landline doctor --data ./data
      """)

  @Option(help: ArgumentHelp("A server's data folder, on this machine.", valueName: "folder"))
  var data: String?

  @Option(help: ArgumentHelp("The JSON file with the server's settings.", valueName: "file"))
  var config: String?

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let findings = data == nil && config == nil ? await ClientCheckup().run() : try await serverFindings()
    if json {
      for finding in findings { JSONLine.write(finding) }
    } else {
      let rows = findings.map { [$0.level.rawValue, $0.check, printable($0.message, atMost: .max)] }
      for line in Format.table(rows) { Screen.shared.out(line) }
    }
    if findings.contains(where: { $0.level == .error }) { throw ExitStatus.someFailed }
  }

  private func serverFindings() async throws -> [Finding] {
    let settings = try ServeConfiguration(file: config, options: [.data: data]).checkedSettings()
    let client = LandlineClient(endpoint: .control(dataFolder: settings.data), credentials: .controlSecret)
    var running: StatusAnswer?
    var findings: [Finding] = []
    do {
      running = try await client.withConnection { try await $0.status() }
    } catch let error as ClientError where error.code == .cannotConnect {
      // None runs, or it does not answer, which the checkup tells apart.
    } catch {
      findings.append(Finding(.error, "server", "it runs, but its control socket cannot be used: \(error)"))
    }
    return await ServerCheckup(settings).run(running: running) + findings
  }
}
