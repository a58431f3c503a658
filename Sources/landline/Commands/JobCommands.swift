import ArgumentParser
import LandlineClient
import LandlineProtocol
import Sockets

/// `landline jobs`.
struct JobsCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "List what you run on a server, and jobs that have ended.",
    discussion: """
      An admin sees everybody's. Jobs are what 'landline run --detach' leaves running; they are kept for a \
      week, or until the server ends.

      Examples:
        landline jobs --server office
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let jobs = try await server.client().withConnection { try await $0.jobs() }
    if json {
      for job in jobs { JSONLine.write(job) }
      return
    }
    let rows = jobs.map { job in
      [
        "\(job.job)", printable(job.account), job.detached ? "job" : "run", Format.time(job.started),
        job.exited.map { RunEnd.text($0) } ?? "running", job.kept.map { Format.bytes($0) } ?? "",
        job.argv.map { printable($0) }.joined(separator: " "),
      ]
    }
    for line in Format.table(rows) { Screen.shared.out(line) }
  }
}

/// `landline attach`.
struct AttachCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "Show what a job has said and still says, until it ends.",
    discussion: """
      From the beginning, standard output and standard error apart; the job's exit code becomes this \
      command's. Ctrl-C leaves it; the job goes on.

      Examples:
        landline attach JOB --server office
      """)

  @Argument(help: ArgumentHelp("Its number; 'landline jobs' lists them.", valueName: "job"))
  var job: UInt64

  @OptionGroup var encoding: EncodingOption

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    // Ctrl-C ends this side only, as it does with every other command.
    let exited = try await server.client().withConnection { connection in
      try await connection.attach(to: job) { command in
        var run = RemoteRun(hasInput: false)
        run.encoding = encoding.text
        return try await run.run(command, signals: nil)
      }
    }
    if let dropped = exited.dropped {
      Screen.shared.note("landline: \(Format.bytes(dropped)) more were not kept")
    }
    if json { Screen.shared.note(JSONLine.text(JSONRun(exited, job: job))) }
    RunEnd.end(RunEnd.code(exited))
  }
}

/// `landline kill`.
struct KillCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "kill",
    abstract: "End a job, or send it a signal.",
    discussion: """
      Without --signal: SIGTERM to everything that it has started, and SIGKILL five seconds later.

      Examples:
        landline kill JOB --server office
        landline kill JOB --signal USR1 --server office
      """)

  @Argument(help: ArgumentHelp("Its number; 'landline jobs' lists them.", valueName: "job"))
  var job: UInt64

  @Option(
    help: ArgumentHelp(
      "HUP, INT, QUIT, KILL, USR1, USR2, TERM, CONT, STOP or TSTP, to its process group.", valueName: "name"))
  var signal: String?

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let signal = try self.signal.map { text in
      guard let signal = CommandSignal(text) else {
        throw ValidationError(
          "'\(text)' is no signal that can be sent: " + CommandSignal.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return signal
    }
    try await server.client().withConnection { try await $0.kill(job, signal: signal) }
    if json {
      var event = JSONEvent("killed")
      event.name = "\(job)"
      JSONLine.write(event)
    } else {
      Screen.shared.out(signal.map { "sent \($0.rawValue) to \(job)" } ?? "ending \(job)")
    }
  }
}
