import ArgumentParser
import Glibc
import LandlineClient
import LandlineProtocol

/// `landline put`.
struct PutCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "put",
    abstract: "Send files and folders to a server.",
    usage: "landline put [-r] FILE ... [SERVER:[PATH]] [--replace | --keep-both | --skip]",
    discussion: """
      The last argument is the destination when it has a colon: SERVER: is the root of that server's \
      files, SERVER:docs/ the folder docs, SERVER:docs/b.txt a name (or a folder, if there is one of \
      that name). With one server joined ':docs/' is enough, and without a destination the files go to \
      the root. Folders that are missing are made. A terminal is asked about names that are taken, \
      unless an option says what to do. '-' is standard input, and needs a name.

      With -r a folder goes under its own name into the destination, which is then always a folder; \
      written with a '/' at its end it stands for what is in it: 'docs' becomes SERVER:docs, 'docs/' is \
      spread into SERVER:, and so are '.' and '..'. Symbolic links inside are left out, unless --follow is said. Patterns ('*', \
      '?', '[a-z]', and '**' for folders of any depth, which then are kept) also work quoted.

      A file is 'stored' once its bytes are on the server's disk with the hash that was computed here. \
      One that fails does not stop the others. Cut off, the same command continues: what is there already with the same content counts as \
      stored. Without a file, on a \
      terminal, the files of this folder are listed to choose from (not with --json or --quiet).

      Examples:
        landline put a.txt
        landline put *.txt office:notes/
        landline put -r docs office:
        landline put -r docs/ office:backup/docs --replace
        landline put 'photos/**/*.jpg' office:pictures/ --limit-rate 10M
        tar c docs | landline put - office:docs.tar --replace
      """)

  @Argument(help: ArgumentHelp("Local files, and where to.", valueName: "file"))
  var arguments: [String] = []

  @OptionGroup var flags: TransferFlags

  @Flag(help: "Send what symbolic links in a folder lead to.")
  var follow = false

  var json: Bool { flags.report.output.json }

  func run() async throws {
    let choice = try ServerChoice.load()
    var files = arguments
    let given = try files.last.flatMap { try RemoteReference.destination($0, choice) }
    if given != nil { files.removeLast() }
    let target = given ?? RemoteReference(server: nil, path: "")
    let client = try choice.client(for: target.server)
    if files.isEmpty {
      guard !json, !flags.report.quiet, let picked = try FilePicker(isRecursive: flags.recursive).pick() else {
        throw ClientError(.usage, "there is no file to put: landline put FILE ... [SERVER:[PATH]]")
      }
      if picked.isEmpty { return }
      files = picked
    } else if given == nil {
      try checkDestination(files, choice)
    }
    let readsInput = files.contains("-")
    if readsInput && (files.count > 1 || target.path.isEmpty || PathText.endsWithSlash(target.path)) {
      throw ClientError(
        .usage, "standard input needs a name of its own: landline put - SERVER:PATH")
    }
    try await send(
      files, to: target.path, client, choice.place(for: target.server), flags.report.reporting())
  }

  private func send(
    _ files: [String], to path: String, _ client: LandlineClient, _ place: String, _ reporting: TransferReport.Options
  ) async throws {
    let readsInput = files.contains("-")
    if json { Interrupt.say(inJSONOn: STDOUT_FILENO) }
    var selection = LocalSelection(isRecursive: flags.recursive, followsLinks: follow)
    for file in files { try await selection.add(file) }
    let sources = selection.sources
    let report = TransferReport(.put, place: place, reporting) { sources[$0].name }
    for failure in selection.failures { report.fail(nil, failure.name, failure.error) }
    for notice in selection.notices { report.notice(notice.name, notice.reason) }
    if !sources.isEmpty {
      let destination = destination(path, isFolder: selection.hasFolder)
      let options = flags.options(mayAsk: !readsInput)
      let isContinued = options.isContinued(sources.count) && !readsInput
      try await report.show(
        files: sources.count { !$0.isFolder }, folders: sources.count { $0.isFolder },
        bytes: readsInput ? nil : selection.bytes, isKept: isContinued
      ) {
        _ = try await client.put(sources, to: destination, options: options, observer: report.observer)
      }
    }
    try report.end()
  }

  private func destination(_ path: String, isFolder: Bool) -> UploadDestination {
    if path.isEmpty || isFolder { return .folder(path) }
    return PathText.endsWithSlash(path) ? .folder(path) : .name(path)
  }

  /// What is not here was perhaps meant as the destination, and its colon forgotten: nothing goes anywhere then.
  private func checkDestination(_ files: [String], _ choice: ServerChoice) throws {
    guard let last = files.last, last != "-", GlobPattern(last).isLiteral, !RawArguments.areMended.contains(last),
      LocalKind.isMissing(last)
    else { return }
    let shown = printable(last)
    let name = PathText.trimmed(last)
    if try choice.isJoined(name) {
      throw ClientError(
        .usage, "there is no '\(shown)' here to put", advice: "If the server is meant, write '\(printable(name)):'")
    }
    guard files.count > 1 else { return }
    throw ClientError(
      .usage, "there is no '\(shown)' here, and nothing was sent",
      advice: "If it is meant on the server, write ':\(shown)'")
  }
}
