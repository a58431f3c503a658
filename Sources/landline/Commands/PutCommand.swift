import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline put`.
struct PutCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "put",
    abstract: "Send files to a server.",
    usage: "landline put FILE ... [SERVER:[PATH]] [--replace | --keep-both | --skip]",
    discussion: """
      The last argument is the destination when it has a colon: SERVER: is the root of that server's \
      files, SERVER:docs/ the folder docs, SERVER:docs/b.txt a name (or a folder, if there is one of \
      that name). With one server joined ':docs/' is enough, and without a destination the files go to \
      the root. Folders that are missing are made. A terminal is asked about names that are taken, \
      unless an option says what to do. '-' is standard input, and needs a name.

      A file is 'stored' once its bytes are on the server's disk with the hash that was computed here. \
      Cut off, it continues with the next put of the same file.

      Examples: landline put a.txt
                landline put *.jpg office:photos/
                tar c docs | landline put - office:docs.tar --replace
      """)

  @Argument(help: ArgumentHelp("Local files, and where to.", valueName: "file"))
  var arguments: [String]

  @OptionGroup var flags: TransferFlags

  var json: Bool { flags.output.json }

  func run() async throws {
    let choice = try ServerChoice.load()
    var files = arguments
    var target = RemoteReference(server: nil, path: "")
    if let last = files.last, let found = try RemoteReference.destination(last, choice) {
      target = found
      files.removeLast()
    }
    guard !files.isEmpty else {
      throw ClientError(.usage, "there is no file to put: landline put FILE ... [SERVER:[PATH]]")
    }
    let readsInput = files.contains("-")
    if readsInput && (files.count > 1 || target.path.isEmpty || target.path.utf8.last == 0x2F) {
      throw ClientError(
        .usage, "standard input needs a name of its own: landline put - SERVER:PATH")
    }
    let client = try choice.client(for: target.server)

    let report = TransferReport(
      .put, files.map { TransferReport.Item(name: $0, file: $0) }, json: json, quiet: flags.quiet)
    // A name that is not UTF-8 reached us mended, and would not be found; the others go.
    let usable = files.indices.filter { !RawArguments.areMended.contains(files[$0]) }
    for index in files.indices where RawArguments.areMended.contains(files[index]) {
      report.fail(index, RawArguments.error)
    }
    if !usable.isEmpty {
      _ = try await client.put(
        usable.map { files[$0] == "-" ? .stream(descriptor: 0) : .file(files[$0]) },
        to: destination(target.path), options: flags.options(mayAsk: !readsInput),
        observer: report.observer(for: usable))
    }
    try report.status.throwIfFailed()
  }

  private func destination(_ path: String) -> UploadDestination {
    if path.isEmpty { return .folder("") }
    return path.utf8.last == UInt8(ascii: "/") ? .folder(path) : .name(path)
  }
}
