import ArgumentParser

/// What every command has.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON, one object a line.")
  var json = false
}

/// How much a transfer says.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print errors only.")
  var quiet = false

  @Flag(help: "On a terminal too, a line for each of many files.")
  var verbose = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
  }

  func reporting(isOutputTaken: Bool = false) -> TransferReport.Options {
    TransferReport.Options(json: output.json, quiet: quiet, verbose: verbose, isOutputTaken: isOutputTaken)
  }
}
