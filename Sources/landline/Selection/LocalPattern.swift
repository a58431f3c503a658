import Glibc
import LandlineClient
import Synchronization

/// A pattern of local names that the shell has left to us, because it was quoted.
struct LocalPattern {
  struct Match {
    var path: String
    /// The name below the destination; nil: its own.
    var name: String?
  }

  /// What came of looking for names that fit.
  struct Search {
    /// In order of names.
    var matches: [Match] = []
    /// What was left out, of `tree`: it fits, or something that fits may be in it.
    var notices: [TreeNotice] = []
    var tree: FileTree?
    /// Folders on the way that could not be read.
    var unreadable: [(folder: String, error: ClientError)] = []
  }

  let text: String
  let followsLinks: Bool

  /// - Parameters:
  ///   - text: the pattern.
  ///   - followsLinks: whether `**` enters symbolic links, and takes the files that they lead to.
  init(_ text: String, followsLinks: Bool) {
    self.text = text
    self.followsLinks = followsLinks
  }

  /// Looks for what fits.
  func search() async throws -> Search {
    PathText.isDeep(pattern: text) ? try await deepSearch() : flatSearch()
  }

  /// What glob(3) could not read, for its callback has nowhere else to leave it.
  private static let problems = Mutex<[(folder: String, code: Int32)]>([])

  private func flatSearch() -> Search {
    var search = Search()
    var found = glob_t()
    defer { globfree(&found) }
    Self.problems.withLock { $0 = [] }
    let code = glob(
      text, 0,
      { path, code in
        if let path, code != ENOENT { LocalPattern.problems.withLock { $0.append((String(cString: path), code)) } }
        return 0
      }, &found)
    search.unreadable = Self.problems.withLock { $0 }.map { folder, code in
      (folder, ClientError(.localFile, "the folder cannot be read: \(String(cString: strerror(code)))"))
    }
    guard code == 0 else { return search }
    search.matches = (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { Match(path: String(cString: $0)) }
    }
    return search
  }

  /// `**` keeps the folders below its beginning: two files of one name do not meet.
  private func deepSearch() async throws -> Search {
    var search = Search()
    let folder = PathText.fixedFolder(ofPattern: text)
    let isAbsolute = text.hasPrefix("/")
    let root = folder.isEmpty ? (isAbsolute ? "/" : ".") : folder
    guard case .folder? = LocalKind(root) else { return search }
    let tree = try await FileTree.local(root, followsLinks: followsLinks)
    let pattern = GlobPattern(PathText.relative(text, to: folder.isEmpty && isAbsolute ? "/" : folder))
    for index in 0..<tree.count where tree[index].kind == .file {
      let path = tree.path(index)
      guard pattern.matches(path) else { continue }
      search.matches.append(
        Match(path: folder.isEmpty && !isAbsolute ? path : PathText.join(root, path), name: path))
    }
    search.tree = tree
    search.notices = tree.notices.filter { notice in
      guard let index = notice.index else { return true }
      let path = tree.path(index)
      return pattern.matches(path) || LocalKind(PathText.join(root, path)) == .folder
    }
    return search
  }
}
