public import LandlineProtocol

extension Connection {
  /// The names on the server that a pattern fits, with `path`, in the order of the paths' components.
  ///
  /// A path that is there literally comes alone, whatever characters it has: `a[1].txt` is first a name.
  /// - Parameter pattern: see ``GlobPattern``; a path without any of its characters stands for itself.
  /// - Throws: `refused` with `not-found` when nothing fits.
  public func expand(_ pattern: String) async throws -> [Entry] { try await expansion(of: pattern).entries }

  /// As ``expand(_:)``, with the tree in which was searched, if one was: its notices say whether names were left out.
  public func expansion(of pattern: String) async throws -> (entries: [Entry], tree: FileTree?) {
    let glob = GlobPattern(pattern)
    do {
      return ([try await stat(pattern)], nil)
    } catch let error as ClientError {
      // A pattern may be no possible path at all.
      let isMissing = error.refusal?.code == .notFound || error.refusal?.code == .badPath
      guard isMissing, !glob.isLiteral else { throw error }
    }
    let folder = glob.fixedFolder
    let entries: [Entry]
    var tree: FileTree?
    do {
      if glob.isDeep { tree = try await self.tree(folder) }
      if let tree { entries = tree.entries } else { entries = try await listAll(folder) }
    } catch let error as ClientError where error.refusal?.code == .notFound || error.refusal?.code == .wrongKind {
      entries = []
    }
    let found = entries.filter { entry in entry.path.map { glob.matches($0) } ?? false }
    guard !found.isEmpty else {
      throw ClientError(LineError(.notFound, "nothing on the server fits '\(printable(pattern))'"))
    }
    return (found, tree)
  }

  /// All entries of one folder, with `path`.
  private func listAll(_ folder: String) async throws -> [Entry] {
    var entries: [Entry] = []
    var after: String?
    while true {
      let portion = try await list(folder, after: after)
      for var entry in portion.entries {
        guard let name = entry.name, RemotePath.problem(withComponent: name.utf8) == nil else {
          throw ClientError(.badAnswer, "the server sent an impossible name, '\(printable(entry.name ?? ""))'")
        }
        entry.path = LocalName.join(folder, name)
        entry.name = nil
        entries.append(entry)
      }
      guard entries.count <= FileTree.maximumCount else { throw FileTree.tooLarge(folder) }
      guard portion.more, let last = portion.entries.last?.name else { return entries }
      after = last
    }
  }
}

extension FileTree {
  /// Its entries as the protocol has them, with `path` from the root of the server.
  fileprivate var entries: [LandlineProtocol.Entry] {
    (0..<count).map { index in
      let entry = self[index]
      let word =
        switch entry.kind {
        case .file: "file"
        case .folder: "folder"
        case .other: "other"
        }
      var result = LandlineProtocol.Entry(path: LocalName.join(root, path(index)), kind: word, modified: entry.modified)
      if entry.kind == .file {
        result.size = entry.size
        result.executable = entry.isExecutable
      }
      return result
    }
  }
}
