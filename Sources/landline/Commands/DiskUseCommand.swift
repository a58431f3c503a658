import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline du`.
struct DiskUseCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "du",
    abstract: "Show how much folders of a server hold.",
    usage: "landline du [--depth N] [--bytes] [SERVER:][PATH]",
    discussion: """
      A line for each folder down to the depth: what all files in it and below it have together, how many \
      they are, and its name; the last line is the total. Sizes are those of the files' content.

      Examples:
        landline du
        landline du office:photos --depth 2
      """)

  @Argument(help: ArgumentHelp("A folder of the server.", valueName: "path"))
  var path: String = ""

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How deep to show folders; 0 shows the total alone.", valueName: "number"))
  var depth = 1

  @Flag(help: "Sizes in bytes.")
  var bytes = false

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  private struct Line: Encodable {
    var path: String
    var bytes: Int64
    var files: Int64
  }

  func validate() throws {
    guard (0...128).contains(depth) else { throw ValidationError("--depth is a number from 0 to 128, not \(depth)") }
  }

  func run() async throws {
    let reference = RemoteReference(path)
    let client = try ServerChoice.load().client(for: reference.server, isBeforePath: true)
    let tree = try await client.withConnection { try await $0.tree(PathText.trimmed(reference.path)) }
    let root = PathText.trimmed(reference.path)
    var lines = folders(of: tree).map { Line(path: PathText.join(root, $0.path), bytes: $0.bytes, files: $0.files) }
    lines.append(Line(path: root, bytes: tree.bytes, files: Int64(tree.files)))
    if json {
      for line in lines { JSONLine.write(line) }
      return
    }
    let rows = lines.enumerated().map { index, line in
      let isTotal = index == lines.count - 1
      return [
        bytes ? "\(line.bytes)" : Format.bytes(line.bytes), Format.count(Int(line.files), "file"),
        isTotal ? (root.isEmpty ? "total" : "total of \(printable(root))/") : printable(line.path) + "/",
      ]
    }
    for row in Format.table(rows, right: [0, 1]) { Screen.shared.out(row) }
  }

  /// The folders down to the depth, each behind those in it, as du(1) has them.
  private func folders(of tree: FileTree) -> [Line] {
    var lines: [Line] = []
    func add(_ folder: Int?, _ level: Int) {
      guard level <= depth else { return }
      for index in tree.children(of: folder) where tree[index].kind == .folder {
        add(index, level + 1)
        var line = Line(path: tree.path(index), bytes: 0, files: 0)
        for below in tree.descendants(of: index) where tree[below].kind == .file {
          line.bytes = line.bytes.addingSaturated(tree[below].size)
          line.files += 1
        }
        lines.append(line)
      }
    }
    add(nil, 1)
    return lines
  }
}
