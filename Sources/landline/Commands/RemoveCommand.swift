import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline rm`.
struct RemoveCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Remove files and folders of a server.",
    usage: "landline rm [-r] [SERVER:]PATH ...",
    discussion: """
      A folder that has something in it needs -r, and goes with all of that. What is removed cannot be \
      had back. Quoted patterns ('*', '?', '[a-z]', '**') fit names on the server.

      Examples:
        landline rm office:docs/old.txt
        landline rm office:'photos/*.tmp'
        landline rm -r office:docs/2019
      """)

  @Argument(help: ArgumentHelp("Files or folders of the server.", valueName: "path"))
  var paths: [String]

  @Flag(name: .shortAndLong, help: "Folders with everything in them.")
  var recursive = false

  @Flag(help: "Print errors only.")
  var quiet = false

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let loop = try PathLoop(paths, json: json)
    try await loop.run { connection, path in
      do {
        try await connection.remove(path, recursive: recursive)
      } catch var error as ClientError {
        if error.refusal?.code == .notEmpty && !recursive {
          error.advice = "To remove it with everything in it say -r: landline rm -r '\(loop.place)\(printable(path))'"
        }
        throw error
      }
      if json {
        var event = JSONEvent("removed")
        event.path = path
        JSONLine.write(event)
      } else if !quiet {
        Screen.shared.out("removed \(loop.place)\(printable(path))")
      }
    }
  }
}
