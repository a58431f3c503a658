import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline ls`.
struct ListCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List a folder of a server.",
    usage: "landline ls [-l] [SERVER:][PATH]",
    discussion: """
      Without a path: the root. Folders are shown with a '/' at their end.

      Example: landline ls -l office:docs
      """)

  @Argument(help: ArgumentHelp("A folder or file of the server.", valueName: "path"))
  var path: String = ""

  @Flag(name: .customShort("l"), help: "With size and time of the last change.")
  var isLong = false

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let reference = RemoteReference(path)
    let client = try ServerChoice.load().client(for: reference.server, isBeforePath: true)
    try await client.withConnection { connection in
      var after: String?
      while true {
        let page: (entries: [Entry], more: Bool)
        do {
          page = try await connection.list(reference.path, after: after)
        } catch let error as ClientError where error.refusal?.code == .wrongKind && after == nil {
          // As ls does it: a file is its own list.
          var entry = try await connection.stat(reference.path)
          entry.name = entry.path
          entry.path = nil
          page = ([entry], false)
        }
        show(page.entries)
        guard page.more, let last = page.entries.last?.name else { return }
        after = last
      }
    }
  }

  private func show(_ entries: [Entry]) {
    if json {
      for entry in entries { JSONLine.write(entry) }
    } else if isLong {
      let rows = entries.map { entry in
        [
          entry.kind == "file" ? (entry.executable == true ? "-x" : "-") : String(entry.kind.prefix(1)),
          entry.size.map { Format.bytes($0) } ?? "", Format.time(entry.mtime), name(of: entry),
        ]
      }
      for line in Format.table(rows) { Screen.shared.out(line) }
    } else {
      for entry in entries { Screen.shared.out(name(of: entry)) }
    }
  }

  private func name(of entry: Entry) -> String {
    let name = entry.name ?? ""
    return (Terminal.isOutput ? printable(name) : name) + (entry.kind == "folder" ? "/" : "")
  }
}

/// `landline stat`.
struct StatCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "stat",
    abstract: "Show what a server knows about files.",
    usage: "landline stat [SERVER:]PATH ...",
    discussion: "Example: landline stat office:docs/a.txt")

  @Argument(help: ArgumentHelp("Files or folders of the server.", valueName: "path"))
  var paths: [String]

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    try await PathLoop(paths, json: json).run { connection, path in
      let entry = try await connection.stat(path)
      if json {
        JSONLine.write(entry)
        return
      }
      var lines = ["path        \(printable(entry.path ?? path))", "kind        \(entry.kind)"]
      if let size = entry.size { lines.append("size        \(size) bytes (\(Format.bytes(size)))") }
      lines.append("changed     \(Format.time(entry.mtime))")
      if let executable = entry.executable { lines.append("executable  \(executable ? "yes" : "no")") }
      if let sha256 = entry.sha256 { lines.append("sha256      \(sha256)") }
      Screen.shared.out(lines.joined(separator: "\n"))
    }
  }
}

/// `landline rm`.
struct RemoveCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Remove files and empty folders of a server.",
    usage: "landline rm [SERVER:]PATH ...",
    discussion: "Example: landline rm office:docs/a.txt")

  @Argument(help: ArgumentHelp("Files or empty folders of the server.", valueName: "path"))
  var paths: [String]

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    try await PathLoop(paths, json: json).run { connection, path in
      try await connection.remove(path)
      guard json else { return }
      var event = JSONEvent("removed")
      event.path = path
      JSONLine.write(event)
    }
  }
}

/// `landline verify`.
struct VerifyCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Have a server read files again and compare them with what it recorded.",
    usage: "landline verify [SERVER:]PATH ...",
    discussion: """
      intact: the bytes are those that were recorded. changed: somebody changed the file since, and its \
      time says so. damaged: the bytes differ though nobody changed the file; exit code 1. new: nothing \
      was recorded until now.

      Example: landline verify office:docs/a.txt
      """)

  @Argument(help: ArgumentHelp("Files of the server.", valueName: "path"))
  var paths: [String]

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    try await PathLoop(paths, json: json).run { connection, path in
      var line = ProgressLine(name: path)
      let draws = !json && Terminal.canDraw
      let answer = try await connection.verify(path) { done, total in
        if draws, let text = line.moved(done, of: total, width: Terminal.width) {
          Screen.shared.draw(text)
        }
      }
      if json {
        JSONLine.write(answer)
      } else {
        Screen.shared.out(
          "\(answer.verdict.rawValue) \(printable(answer.path)) "
            + "(\(Format.bytes(answer.size)), sha256 \(answer.sha256))")
      }
      if answer.verdict == .damaged {
        throw ClientError(
          .mismatch,
          "the file is damaged: its SHA-256 was \(answer.recorded.map { "\($0)" } ?? "another"), "
            + "and nobody has changed it since")
      }
    }
  }
}
