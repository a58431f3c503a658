import LandlineClient
import LandlineProtocol

/// What `put` is to send, as its arguments name it.
struct LocalSelection {
  /// Something that cannot be sent, and why.
  struct Failure {
    var name: String
    var error: ClientError
  }

  /// Something that was left out by rule.
  struct Notice {
    var name: String
    var reason: String
  }

  let isRecursive: Bool
  let followsLinks: Bool
  private(set) var sources: [UploadSource] = []
  /// Of all files.
  private(set) var bytes: Int64 = 0
  private(set) var failures: [Failure] = []
  private(set) var notices: [Notice] = []
  /// Whether a folder is among the arguments: then the destination is one, too.
  private(set) var hasFolder = false

  init(isRecursive: Bool, followsLinks: Bool) {
    self.isRecursive = isRecursive
    self.followsLinks = followsLinks
  }

  /// Takes one argument: a file, a folder, a pattern, or `-`.
  mutating func add(_ argument: String) async throws {
    if RawArguments.areMended.contains(argument) {
      // It reached us mended, and would not be found; the others go.
      failures.append(Failure(name: argument, error: RawArguments.error))
    } else if argument == "-" {
      sources.append(.stream(descriptor: 0))
    } else if let kind = LocalKind(argument) {
      try await add(argument, kind, as: nil)
    } else if !GlobPattern(argument).isLiteral {
      try await expand(argument)
    } else {
      // That it is not there is said where it is opened.
      sources.append(.file(argument))
    }
  }

  private mutating func add(_ path: String, _ kind: LocalKind, as name: String?) async throws {
    switch kind {
    case .file(let size):
      sources.append(name.map { .named(path, as: $0) } ?? .file(path))
      bytes += size
    case .other:
      sources.append(name.map { .named(path, as: $0) } ?? .file(path))
    case .folder:
      guard isRecursive else {
        failures.append(Failure(name: path, error: Self.needsRecursive(path)))
        return
      }
      hasFolder = true
      let tree = try await FileTree.local(path, followsLinks: followsLinks)
      for notice in tree.notices { add(notice, of: tree) }
      sources += tree.uploads(below: name ?? Self.nameBelowDestination(path))
      bytes += tree.bytes
    }
  }

  private mutating func add(_ notice: TreeNotice, of tree: FileTree) {
    let place = tree.place(of: notice)
    if notice.isFailure {
      failures.append(Failure(name: place, error: tree.error(of: notice)))
    } else {
      notices.append(Notice(name: place, reason: tree.reason(of: notice)))
    }
  }

  private static func needsRecursive(_ path: String) -> ClientError {
    ClientError(
      .localFile,
      "this is a folder", advice: "To send it with everything in it say -r: landline put -r '\(printable(path))'")
  }

  /// A folder keeps its name; one that is written with a `/` at its end stands for what is in it, as for rsync(1).
  static func nameBelowDestination(_ path: String) -> String {
    let name = PathText.last(of: path)
    return PathText.endsWithSlash(path) || name == "." || name == ".." ? "" : name
  }

  // MARK: Patterns

  private mutating func expand(_ pattern: String) async throws {
    let search = try await LocalPattern(pattern, followsLinks: followsLinks).search()
    if let tree = search.tree {
      for notice in search.notices { add(notice, of: tree) }
    }
    for (folder, error) in search.unreadable { failures.append(Failure(name: folder, error: error)) }
    let matches = search.matches
    guard !matches.isEmpty || !search.notices.isEmpty || !search.unreadable.isEmpty else {
      failures.append(
        Failure(
          name: pattern,
          error: ClientError(.localFile, "nothing here has a name that fits this pattern")))
      return
    }
    for match in matches {
      guard let kind = LocalKind(match.path) else {
        // A link that leads nowhere, say; what it is, is said where it is opened.
        sources.append(match.name.map { .named(match.path, as: $0) } ?? .file(match.path))
        continue
      }
      if case .folder = kind, !isRecursive {
        notices.append(Notice(name: match.path, reason: "a folder; -r takes folders too"))
      } else {
        try await add(match.path, kind, as: match.name)
      }
    }
  }
}
