import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline ls`.
struct ListCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List folders of a server.",
    usage: "landline ls [-l] [--bytes] [SERVER:][PATH] ...",
    discussion: """
      Without a path: the root. Names are sorted by their bytes; folders end in '/'. With -l: what it is \
      (- file, x executable file, d folder, ? neither), size, time of the last change, name. Quoted \
      patterns ('*', '?', '[a-z]', '**') fit names on the server.

      Examples:
        landline ls
        landline ls -l office:docs
        landline ls office:'photos/*.jpg' --bytes -l
      """)

  @Argument(help: ArgumentHelp("Folders or files of the server.", valueName: "path"))
  var paths: [String] = []

  @Flag(name: .customShort("l"), help: "With kind, size and time of the last change.")
  var isLong = false

  @Flag(name: .customShort("a"), help: "Changes nothing: names that begin with '.' are listed in any case.")
  var all = false

  @Flag(help: "With -l: sizes in bytes.")
  var bytes = false

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let paths = paths.isEmpty ? [""] : paths
    var isFirst = true
    try await PathLoop(paths, json: json).run { connection, path in
      if paths.count > 1 && !json {
        if !isFirst { Screen.shared.out("") }
        Screen.shared.out("\(printable(path)):")
      }
      isFirst = false
      try await list(path, on: connection)
    }
  }

  private func list(_ path: String, on connection: Connection) async throws {
    var after: String?
    while true {
      let page: (entries: [Entry], more: Bool)
      do {
        page = try await connection.list(path, after: after)
      } catch let error as ClientError where error.refusal?.code == .wrongKind && after == nil {
        // As ls does it: a file is its own list.
        var entry = try await connection.stat(path)
        entry.name = entry.path
        page = ([entry], false)
      }
      show(page.entries, in: path)
      guard page.more, let last = page.entries.last?.name else { return }
      after = last
    }
  }

  private func show(_ entries: [Entry], in folder: String) {
    if json {
      for var entry in entries {
        if entry.path == nil { entry.path = PathText.join(PathText.trimmed(folder), entry.name ?? "") }
        JSONLine.write(entry)
      }
    } else if isLong {
      let rows = entries.map { [letter(for: $0), size(of: $0), Format.time($0.mtime), name(of: $0)] }
      for line in Format.table(rows, right: [1]) { Screen.shared.out(line) }
    } else {
      for entry in entries { Screen.shared.out(name(of: entry)) }
    }
  }

  private func letter(for entry: Entry) -> String {
    switch entry.kind {
    case "file": entry.executable == true ? "x" : "-"
    case "folder": "d"
    default: "?"
    }
  }

  private func size(of entry: Entry) -> String {
    entry.size.map { bytes ? "\($0)" : Format.bytes($0) } ?? ""
  }

  private func name(of entry: Entry) -> String {
    let name = entry.name ?? ""
    return (Terminal.isOutput ? printable(name) : name) + (entry.kind == "folder" ? "/" : "")
  }
}
