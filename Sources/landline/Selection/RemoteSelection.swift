import LandlineClient
import LandlineProtocol

/// What `get` is to fetch, as its arguments name it.
struct RemoteSelection {
  let isRecursive: Bool
  /// For advice: `office:`.
  let place: String
  private(set) var sources: [DownloadSource] = []
  /// Of all files; nil when one of them was not looked at.
  private(set) var bytes: Int64? = 0
  private(set) var failures: [LocalSelection.Failure] = []
  private(set) var notices: [LocalSelection.Notice] = []
  private(set) var hasFolder = false

  init(isRecursive: Bool, place: String) {
    self.isRecursive = isRecursive
    self.place = place
  }

  /// Whether the server has to be asked what there is before something can be fetched.
  static func needsLook(_ paths: [String], isRecursive: Bool) -> Bool {
    isRecursive || paths.contains { !GlobPattern($0).isLiteral }
  }

  /// Takes paths as they are.
  mutating func addFiles(_ paths: [String]) {
    sources += paths.map { .file($0) }
    bytes = nil
  }

  /// Takes a path, or what fits a pattern.
  mutating func add(_ path: String, on connection: Connection) async throws {
    do {
      let isPattern = !GlobPattern(path).isLiteral
      let (entries, tree) = try await entries(path, on: connection)
      for notice in tree?.notices ?? [] where notice.kind == .omitted {
        if let tree {
          failures.append(LocalSelection.Failure(name: tree.place(of: notice), error: tree.error(of: notice)))
        }
      }
      for entry in entries {
        try await add(entry, from: path, isPattern: isPattern && !isExactly(entry, path), on: connection)
      }
    } catch let error as ClientError where error.code != .connectionLost {
      failures.append(LocalSelection.Failure(name: path, error: error))
    }
  }

  private func entries(_ path: String, on connection: Connection) async throws -> (entries: [Entry], tree: FileTree?) {
    if PathText.trimmed(path).isEmpty || GlobPattern(path).isLiteral { return ([try await connection.stat(path)], nil) }
    return try await connection.expansion(of: path)
  }

  private func isExactly(_ entry: Entry, _ path: String) -> Bool {
    (entry.path ?? "").utf8.elementsEqual(PathText.trimmed(path).utf8)
  }

  private mutating func add(
    _ entry: Entry, from argument: String, isPattern: Bool, on connection: Connection
  ) async throws {
    let path = entry.path ?? ""
    switch entry.kind {
    case "folder":
      guard isRecursive else {
        if isPattern {
          notices.append(LocalSelection.Notice(name: path, reason: "a folder; -r takes folders too"))
        } else {
          failures.append(LocalSelection.Failure(name: argument, error: needsRecursive(argument)))
        }
        return
      }
      // '**' has already found what is in it.
      if isPattern && PathText.isDeep(pattern: argument) { return }
      hasFolder = true
      let tree = try await connection.tree(path)
      for notice in tree.notices {
        let place = tree.place(of: notice)
        if notice.isFailure {
          failures.append(LocalSelection.Failure(name: place, error: tree.error(of: notice)))
        } else {
          notices.append(LocalSelection.Notice(name: place, reason: tree.reason(of: notice)))
        }
      }
      let found = tree.downloads(
        below: path.isEmpty || PathText.endsWithSlash(argument) ? "" : PathText.last(of: path))
      sources += found
      bytes = bytes.map { found.reduce($0) { $0.addingSaturated($1.size ?? 0) } }
    case "file":
      let isDeep = isPattern && PathText.isDeep(pattern: argument)
      let folder = isDeep ? PathText.fixedFolder(ofPattern: argument) : ""
      let name = isDeep ? PathText.relative(path, to: folder) : PathText.last(of: path)
      guard entry.size ?? 0 >= 0 else {
        throw ClientError(.badAnswer, "the server says that '\(printable(path))' has \(entry.size ?? 0) bytes")
      }
      sources.append(.named(path, as: name, size: entry.size))
      bytes = bytes.map { $0.addingSaturated(entry.size ?? 0) }
    default:
      notices.append(LocalSelection.Notice(name: path, reason: "neither a file nor a folder"))
    }
  }

  private func needsRecursive(_ path: String) -> ClientError {
    ClientError(LineError(.wrongKind, "this is a folder"))
  }
}

extension FileTree {
  /// A notice that is a failure as an error.
  func error(of notice: TreeNotice) -> ClientError {
    // The server's names are its own matter, be they fetched by get or by sync.
    notice.kind == .omitted
      ? ClientError(LineError(.badPath, reason(of: notice))) : ClientError(.localFile, reason(of: notice))
  }
}

/// Sentences of several commands.
enum RemoteAdvice {
  static func needsRecursive(_ place: String, _ path: String) -> String {
    "To fetch a folder with everything in it say -r: landline get -r '\(place)\(printable(path))'"
  }
}
