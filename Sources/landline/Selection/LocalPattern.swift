import Glibc
import LandlineClient

/// A pattern of local names that the shell has left to us, because it was quoted.
struct LocalPattern {
  struct Match {
    var path: String
    /// The name below the destination; nil: its own.
    var name: String?
  }

  let text: String

  init(_ text: String) {
    self.text = text
  }

  /// What fits, in order of names.
  func matches() async throws -> [Match] {
    if PathText.isDeep(pattern: text) { return try await deepMatches() }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(text, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { Match(path: String(cString: $0)) }
    }
  }

  /// `**` keeps the folders below its beginning: two files of one name do not meet.
  private func deepMatches() async throws -> [Match] {
    let folder = PathText.fixedFolder(ofPattern: text)
    let isAbsolute = text.hasPrefix("/")
    let root = folder.isEmpty ? (isAbsolute ? "/" : ".") : folder
    guard case .folder? = LocalKind(root) else { return [] }
    let tree = try await FileTree.local(root)
    let pattern = GlobPattern(PathText.relative(text, to: folder.isEmpty && isAbsolute ? "/" : folder))
    var matches: [Match] = []
    for index in 0..<tree.count where tree[index].kind == .file {
      let path = tree.path(index)
      guard pattern.matches(path) else { continue }
      matches.append(Match(path: folder.isEmpty && !isAbsolute ? path : PathText.join(root, path), name: path))
    }
    return matches
  }
}
