import ArgumentParser
import LandlineClient
import LandlineProtocol

/// How fast, and over how many connections.
struct SpeedOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Connections for large files, beside each other.", valueName: "number"))
  var jobs = 4

  @Option(
    help: ArgumentHelp("At most so much a second: 500K, 10M, 1.5G (bytes, by 1024).", valueName: "rate"),
    transform: RateLimit.init(reading:))
  var limitRate: RateLimit?

  func validate() throws {
    guard (1...32).contains(jobs) else { throw ValidationError("--jobs is a number from 1 to 32, not \(jobs)") }
    if limitRate?.bytesPerSecond == 0 {
      throw ValidationError("without a limit leave --limit-rate out; with 0 nothing would move")
    }
  }

  var rate: Int64? { limitRate?.bytesPerSecond }
}

extension TransferOptions {
  /// Whether the same command continues when it is cut off. Many files of which both versions are kept it would only
  /// store once more.
  func isContinued(_ files: Int) -> Bool { resume && (ifExists != .keepBoth || files == 1) }
}

/// What `put` and `get` share.
struct TransferFlags: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Folders too, with everything in them.")
  var recursive = false

  @OptionGroup var existing: ExistingOptions

  @Flag(help: "Begin from the start, and keep nothing if it is cut off.")
  var noResume = false

  @OptionGroup var speed: SpeedOptions
  @OptionGroup var report: ReportOptions

  /// - Parameter mayAsk: whether standard input is free for answers.
  func options(mayAsk: Bool) -> TransferOptions {
    var options = TransferOptions(ifExists: existing.choice, resume: !noResume)
    options.jobs = speed.jobs
    options.rateLimit = speed.rate
    if mayAsk && !report.quiet && !report.output.json && Terminal.canAsk {
      let question = ExistsQuestion()
      options.ask = { await question.ask(about: $0) }
    }
    return options
  }
}
