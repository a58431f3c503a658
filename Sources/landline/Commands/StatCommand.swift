import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline stat`.
struct StatCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "stat",
    abstract: "Show what a server knows about files.",
    usage: "landline stat [SERVER:]PATH ...",
    discussion: """
      Examples:
        landline stat office:docs/a.txt
      """)

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
      let shown = entry.path ?? path
      var lines = [
        "path        \(shown.isEmpty ? "the root" : printable(shown))", "kind        \(entry.kind)",
      ]
      if let size = entry.size { lines.append("size        \(size) bytes (\(Format.bytes(size)))") }
      lines.append("changed     \(Format.time(entry.mtime))")
      if let executable = entry.executable { lines.append("executable  \(executable ? "yes" : "no")") }
      if let sha256 = entry.sha256 { lines.append("sha256      \(sha256)") }
      Screen.shared.out(lines.joined(separator: "\n"))
    }
  }
}
