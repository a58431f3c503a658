import ArgumentParser
import LandlineClient
import LandlineProtocol

/// What every command has.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON, one object a line.")
  var json = false
}

/// For commands that ask one server something that is not about a path.
struct ServerOptions: ParsableArguments {
  @Option(help: "The joined server to ask; may be left out when there is only one.")
  var server: String?

  @Option(
    help: "Ask the server that runs on this data folder on this machine, without an account.")
  var data: String?

  func validate() throws {
    if server != nil && data != nil {
      throw ValidationError("--server and --data exclude each other")
    }
  }

  func client() throws -> LandlineClient {
    if let data {
      return LandlineClient(endpoint: .control(dataFolder: data), credentials: .controlSecret)
    }
    return try ServerChoice.load().client(for: server)
  }
}

/// What to do when the name is taken.
struct ExistingOptions: ParsableArguments {
  @Flag(help: "Replace what has the name already, in one step.")
  var replace = false

  @Flag(help: "Keep both: the new one becomes 'name (1).ext'.")
  var keepBoth = false

  @Flag(help: "Leave what has the name already as it is.")
  var skip = false

  func validate() throws {
    if [replace, keepBoth, skip].filter({ $0 }).count > 1 {
      throw ValidationError("--replace, --keep-both and --skip exclude each other")
    }
  }

  var choice: IfExists {
    if replace { return .replace }
    if keepBoth { return .keepBoth }
    return skip ? .skip : .fail
  }
}

/// What `put` and `get` share.
struct TransferFlags: ParsableArguments {
  @OptionGroup var existing: ExistingOptions

  @Flag(help: "Begin from the start, and keep nothing if it is cut off.")
  var noResume = false

  @Flag(help: "Print errors only.")
  var quiet = false

  @OptionGroup var output: OutputOptions

  /// - Parameter mayAsk: whether standard input is free for answers.
  func options(mayAsk: Bool) -> TransferOptions {
    var options = TransferOptions(ifExists: existing.choice, resume: !noResume)
    if mayAsk && !quiet && !output.json && Terminal.canAsk {
      let question = ExistsQuestion()
      options.ask = { await question.ask(about: $0) }
    }
    return options
  }
}

/// A length of time as people write it: `90s`, `15m`, `24h`, `7d`.
struct TimeSpan: ExpressibleByArgument {
  var seconds: Int64

  init?(argument: String) {
    let factors: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = argument.last, let factor = factors[unit],
      let count = Int64(argument.dropLast()), (1...1_000_000_000).contains(count)
    else { return nil }
    seconds = count * factor
  }
}
