import ArgumentParser
import LandlineClient
import LandlineProtocol
import Sockets
import Synchronization

/// `landline run`.
struct RunCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a program on a server.",
    usage: "landline run [SERVER] [OPTIONS] -- PROGRAM [ARGUMENT ...]",
    discussion: """
      The program gets its arguments exactly as they are written here: no shell looks at them. What it reads \
      and writes goes through this command, standard output and standard error apart, and its exit code \
      becomes this command's: 128 and the number of a signal that ended it, 124 when --timeout did, 127 when \
      there is no such program, 126 when it cannot be executed. Ctrl-C is sent to it; the third ends this \
      side at once. A name without '/' is looked for on the server. When the program ends, what it has \
      started ends, too.

      It needs a role with commands.run (landline role define).

      Examples:
        landline run -- uptime
        landline run office -- ls -l /tmp
        echo 'one two' | landline run -- wc -w
        landline run --timeout 90s -- sleep 1
        landline run --detach -- sleep 60
      """)

  @Argument(
    help: ArgumentHelp(
      "The joined server; may be left out when there is only one.", valueName: "joined-name"))
  var server: String?

  @Argument(
    parsing: .postTerminator, help: ArgumentHelp("The program and its arguments, behind '--'.", valueName: "program"))
  var command: [String]

  @Option(
    help: ArgumentHelp("End it after this time: 90s, 15m, 24h.", valueName: "time"),
    transform: TimeSpan.init(reading:))
  var timeout: TimeSpan?

  @Flag(help: "Leave it running with its output kept; prints the job's number for 'attach' and 'kill'.")
  var detach = false

  @Flag(name: [.customShort("t"), .long], help: "Give it a terminal.")
  var tty = false

  @Flag(name: [.customShort("n"), .long], help: "Give it nothing to read.")
  var noInput = false

  @OptionGroup var encoding: EncodingOption

  @Flag(help: "Say on standard error how it ended, and how long it took.")
  var time = false

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func validate() throws {
    if command.isEmpty {
      throw ValidationError("which program? It stands behind '--': landline run [SERVER] -- PROGRAM [ARGUMENT ...]")
    }
    if detach && (tty || encoding.encoding != nil) {
      throw ValidationError("--detach leaves nobody to show anything to: not with --tty or --encoding")
    }
  }

  private var request: RunRequest {
    var request = RunRequest(command)
    request.timeout = timeout.map { $0.seconds * 1_000 }
    request.input = detach || noInput ? nil : true
    if tty { request.terminal = Terminal.request }
    return request
  }

  func run() async throws {
    if command.contains(where: RawArguments.areMended.contains) {
      throw ClientError(.usage, "an argument is not UTF-8, and what goes over the line is")
    }
    let client = try ServerChoice.load().client(for: RunCommand.name(server))
    do {
      if detach {
        try await startJob(client)
      } else if tty && Terminal.isBothWays {
        try await RawTerminal.during(keepsLines: false) { try await converse(client, isTerminal: true) }
      } else {
        try await converse(client, isTerminal: false)
      }
    } catch is RunEscape {
      RunEnd.endAsLeft()
    } catch let error as ClientError {
      RunEnd.endIfNotRun(error, json: json)
      throw error
    }
  }

  /// Also with the colon that paths have behind it.
  static func name(_ server: String?) -> String? {
    server.map { $0.hasSuffix(":") ? String($0.dropLast()) : $0 }
  }

  private func startJob(_ client: LandlineClient) async throws {
    let started = try await client.withConnection { try await $0.startJob(request) }
    if json { JSONLine.write(JSONRun("detached", started)) } else { Screen.shared.out("\(started.job)") }
  }

  private func converse(_ client: LandlineClient, isTerminal: Bool) async throws {
    let signals = RunSignals()
    let job = Mutex<UInt64>(0)
    let exited = try await client.withConnection { connection in
      try await connection.run(request) { command in
        var run = RemoteRun(hasInput: !noInput, isTerminal: isTerminal)
        run.encoding = encoding.text
        if json {
          run.onStart = { started in
            job.withLock { $0 = started.job }
            Screen.shared.note(JSONLine.text(JSONRun("started", started)))
          }
        }
        return try await run.run(command, signals: signals)
      }
    }
    RawTerminal.restore()
    if json { Screen.shared.note(JSONLine.text(JSONRun(exited, job: job.withLock { $0 }))) }
    if time { Screen.shared.note("landline: " + RunEnd.text(exited)) }
    RunEnd.end(RunEnd.code(exited))
  }
}
