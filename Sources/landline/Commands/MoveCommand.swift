import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline mv`.
struct MoveCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "mv",
    abstract: "Rename or move files and folders on a server.",
    usage: "landline mv [SERVER:]PATH ... [SERVER:]PATH [--replace | --keep-both | --skip]",
    discussion: """
      The last path is where to: into it, when it is a folder, ends in '/', or several are moved; else it \
      is the new name. A folder goes with everything in it, in one step. Folders missing on the way are \
      made. Nothing is copied, and nothing leaves the server. A terminal is asked about names that are \
      taken, unless an option says what to do.

      Examples:
        landline mv office:docs/draft.txt office:docs/final.txt
        landline mv docs/a.txt docs/b.txt archive/
        landline mv office:'photos/*.jpg' office:pictures/
      """)

  @Argument(help: ArgumentHelp("What, and where to.", valueName: "path"))
  var paths: [String]

  @OptionGroup var existing: ExistingOptions

  @Flag(help: "Print errors only.")
  var quiet = false

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func validate() throws {
    if paths.count < 2 { throw ValidationError("it takes what to move, and where to: landline mv PATH ... PATH") }
  }

  func run() async throws {
    let (server, paths) = try RemoteReference.common(self.paths)
    let target = paths.last ?? ""
    let sources = Array(paths.dropLast())
    let loop = try PathLoop(sources, on: server, json: json)
    let question = !json && !quiet && Terminal.canAsk ? ExistsQuestion() : nil
    var isFolder: Bool?
    try await loop.run { connection, path in
      let into: Bool
      if let known = isFolder {
        into = known
      } else {
        into = try await isIn(target, sources, connection)
        isFolder = into
      }
      let name = into ? PathText.join(PathText.trimmed(target), PathText.last(of: path)) : target
      do {
        let (moved, isMoved) = try await move(path, to: name, on: connection, question)
        say(loop.place, path, moved, isMoved)
      } catch var error as ClientError where error.refusal?.code == .exists {
        error.advice = "Say --replace, --keep-both or --skip"
        throw error
      }
    }
  }

  /// Moves one, and asks when the name is taken and somebody can be asked.
  private func move(
    _ path: String, to name: String, on connection: Connection, _ question: ExistsQuestion?
  ) async throws -> (path: String, isMoved: Bool) {
    let path = PathText.trimmed(path)
    do {
      return try await connection.move(path, to: name, ifExists: existing.choice)
    } catch let error as ClientError where error.refusal?.code == .exists {
      guard existing.choice == .fail, let choice = await question?.ask(about: name), choice != .fail else {
        throw error
      }
      return try await connection.move(path, to: name, ifExists: choice)
    }
  }

  private func isIn(_ target: String, _ sources: [String], _ connection: Connection) async throws -> Bool {
    if target.isEmpty || PathText.endsWithSlash(target) { return true }
    do {
      if try await connection.stat(target).kind == "folder" { return true }
    } catch let error as ClientError where error.refusal?.code == .notFound {
      // A new name.
    }
    if sources.count > 1 || !GlobPattern(sources[0]).isLiteral {
      throw ClientError(
        .usage,
        "several can only be moved into a folder, and '\(printable(target))' is none; to have it made, write "
          + "'\(printable(target))/'")
    }
    return false
  }

  private func say(_ place: String, _ path: String, _ moved: String, _ isMoved: Bool) {
    if json {
      var event = JSONEvent(isMoved ? "moved" : "skipped")
      event.path = path
      event.to = moved
      JSONLine.write(event)
    } else if !quiet {
      let to = "\(place)\(printable(moved))"
      Screen.shared.out(
        isMoved
          ? "moved \(place)\(printable(path)) to \(to)" : "skipped \(place)\(printable(path)): \(to) is there already")
    }
  }
}
