import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline mkdir`.
struct MakeFolderCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "mkdir",
    abstract: "Make folders on a server.",
    usage: "landline mkdir [-p] [SERVER:]PATH ...",
    discussion: """
      Folders missing on the way are made as well. put and mv make folders by themselves.

      Examples:
        landline mkdir office:docs/2026
        landline mkdir -p docs/2026/may docs/2026/june
      """)

  @Argument(help: ArgumentHelp("Folders to make.", valueName: "path"))
  var paths: [String]

  @Flag(name: [.customShort("p"), .customLong("parents")], help: "It is no error when the folder is there already.")
  var mayExist = false

  @Flag(help: "Print errors only.")
  var quiet = false

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let loop = try PathLoop(paths, json: json, patterns: .none)
    try await loop.run { connection, path in
      let isNew: Bool
      do {
        isNew = try await connection.makeFolder(PathText.trimmed(path), ifExists: mayExist ? .skip : .fail)
      } catch var error as ClientError where error.refusal?.code == .exists {
        error.advice = "With -p that is no error"
        throw error
      }
      if json {
        var event = JSONEvent(isNew ? "made" : "skipped")
        event.path = path
        JSONLine.write(event)
      } else if !quiet && isNew {
        Screen.shared.out("made \(loop.place)\(printable(PathText.trimmed(path)))/")
      }
    }
  }
}
