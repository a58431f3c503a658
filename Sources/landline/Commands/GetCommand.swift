import ArgumentParser
import Glibc
import LandlineClient
import LandlineProtocol

/// `landline get`.
struct GetCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Fetch files and folders from a server.",
    usage: "landline get [-r] [SERVER:]PATH ... [-o FOLDER] [--replace | --keep-both | --skip]",
    discussion: """
      With one joined server its name may be left out; a path with a colon of its own is then written \
      ':PATH'. -o says into which folder; for a single file also under which name. One that is missing is \
      made with -r, or when it is written with a '/' at its end.

      With -r a folder comes under its own name; written with a '/' at its end it stands for what is in \
      it. Patterns ('*', '?', '[a-z]', and '**' for folders of any depth, which then are kept) fit names \
      on the server; quote them, so that the shell leaves them alone.

      A file gets its name when it is whole and its hash is the server's; until then it is \
      '.NAME.landline-part', and continues with the next get of the same file. What is here already with \
      the same content counts as received. One that fails does not stop the others.

      Examples:
        landline get office:docs/report.txt
        landline get docs/a.txt -o letter.txt
        landline get office:'photos/*.jpg' -o pictures/
        landline get -r office:docs -o backup
        landline get -r office:photos/ -o pictures --skip
        landline get office:docs.tar -o - | tar t
      """)

  @Argument(help: ArgumentHelp("Files of the server.", valueName: "path"))
  var paths: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The folder to put them into, or the name of a single file; '-' is standard output.", valueName: "folder"))
  var output = "."

  @OptionGroup var flags: TransferFlags

  var json: Bool { flags.report.output.json }

  func run() async throws {
    let choice = try ServerChoice.load()
    let (server, paths) = try RemoteReference.common(self.paths)
    let client = try choice.client(for: server, isBeforePath: true)
    let isStream = output == "-"
    if isStream && flags.recursive {
      throw ClientError(.usage, "standard output takes files one after the other, not folders: leave out -r or '-o -'")
    }
    if json && !isStream { Interrupt.say(inJSONOn: STDOUT_FILENO) }
    var selection = RemoteSelection(isRecursive: flags.recursive, place: choice.place(for: server))
    if RemoteSelection.needsLook(paths, isRecursive: flags.recursive) {
      try await client.withConnection { connection in
        for path in paths { try await selection.add(path, on: connection) }
      }
    } else {
      selection.addFiles(paths)
    }
    try await fetch(selection, client)
  }

  private func fetch(_ selection: RemoteSelection, _ client: LandlineClient) async throws {
    let isStream = output == "-"
    var sources = selection.sources
    var options = flags.options(mayAsk: true)
    let destination: DownloadDestination
    if isStream {
      destination = .stream(descriptor: 1)
    } else {
      let target = try OutputTarget(output, sources, isRecursive: flags.recursive, hasFolder: selection.hasFolder)
      destination = .folder(target.folder)
      options.makesDestination = target.makesFolder
      sources = target.sources
    }
    let shown = sources
    let report = TransferReport(
      .get, place: selection.place, flags.report.reporting(isOutputTaken: isStream)
    ) { shown[$0].name }
    for failure in selection.failures { report.fail(nil, failure.name, failure.error) }
    for notice in selection.notices { report.notice(notice.name, notice.reason) }
    if !shown.isEmpty {
      let options = options
      let isContinued = options.isContinued(shown.count) && !isStream
      try await report.show(
        files: shown.count { !$0.isFolder }, folders: shown.count { $0.isFolder }, bytes: selection.bytes,
        isKept: isContinued
      ) {
        _ = try await client.get(shown, to: destination, options: options, observer: report.observer)
      }
    }
    try report.end()
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

      Examples:
        landline cat office:docs/a.txt | head
        landline cat office:'docs/*.txt'
      """)

  @Argument(help: ArgumentHelp("Files of the server.", valueName: "path"))
  var paths: [String]

  @Flag(help: "Print what happens as JSON, one object a line, on standard error.")
  var json = false

  func run() async throws {
    let choice = try ServerChoice.load()
    let (server, paths) = try RemoteReference.common(self.paths)
    let client = try choice.client(for: server, isBeforePath: true)
    var selection = RemoteSelection(isRecursive: false, place: choice.place(for: server))
    if RemoteSelection.needsLook(paths, isRecursive: false) {
      try await client.withConnection { connection in
        for path in paths { try await selection.add(path, on: connection) }
      }
    } else {
      selection.addFiles(paths)
    }
    let sources = selection.sources
    let report = TransferReport(
      .get, place: selection.place, .init(json: json, quiet: true, isOutputTaken: true)
    ) { sources[$0].name }
    for failure in selection.failures { report.fail(nil, failure.name, failure.error) }
    if !sources.isEmpty {
      try await report.show(files: sources.count, folders: 0, bytes: selection.bytes, isKept: false) {
        _ = try await client.get(sources, to: .stream(descriptor: 1), observer: report.observer)
      }
    }
    try report.end()
  }
}
