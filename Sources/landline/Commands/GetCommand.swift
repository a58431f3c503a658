import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline get`.
struct GetCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Fetch files from a server.",
    usage: "landline get [SERVER:]PATH ... [-o FOLDER] [--replace | --keep-both | --skip]",
    discussion: """
      With one joined server its name may be left out; a path with a colon of its own is then written \
      ':PATH'. A file gets its name when it is whole and its hash is the server's; until then it is \
      '.NAME.landline-part', and continues with the next get of the same file.

      Examples: landline get docs/a.txt
                landline get office:photos/1.jpg office:photos/2.jpg -o ~/Pictures
                landline get office:docs.tar -o - | tar t
      """)

  @Argument(help: ArgumentHelp("Files of the server.", valueName: "path"))
  var paths: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The folder to put them into; '-' is standard output.", valueName: "folder"))
  var output = "."

  @OptionGroup var flags: TransferFlags

  var json: Bool { flags.output.json }

  func run() async throws {
    let isStream = output == "-"
    let (server, paths) = try RemoteReference.common(self.paths)
    let client = try ServerChoice.load().client(for: server, isBeforePath: true)
    let items = zip(self.paths, paths).map { TransferReport.Item(name: $0, path: $1) }
    let report = TransferReport(
      .get, items, json: json, quiet: flags.quiet, isOutputTaken: isStream)
    _ = try await client.get(
      paths, to: isStream ? .stream(descriptor: 1) : .folder(output),
      options: flags.options(mayAsk: true), observer: report.observer)
    try report.status.throwIfFailed()
  }
}

/// `landline cat`.
struct CatCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Write files of a server to standard output.",
    usage: "landline cat [SERVER:]PATH ...",
    discussion: """
      What was written out is checked at the end of each file, against the server's hash: only with \
      exit code 0 it is what the server has.

      Example: landline cat office:docs/a.txt | less
      """)

  @Argument(help: ArgumentHelp("Files of the server.", valueName: "path"))
  var paths: [String]

  @Flag(help: "Print what happens as JSON, one object a line, on standard error.")
  var json = false

  func run() async throws {
    let (server, paths) = try RemoteReference.common(self.paths)
    let client = try ServerChoice.load().client(for: server, isBeforePath: true)
    let items = zip(self.paths, paths).map { TransferReport.Item(name: $0, path: $1) }
    let report = TransferReport(.get, items, json: json, quiet: true, isOutputTaken: true)
    _ = try await client.get(paths, to: .stream(descriptor: 1), observer: report.observer)
    try report.status.throwIfFailed()
  }
}
