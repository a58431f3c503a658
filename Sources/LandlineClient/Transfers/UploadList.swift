import LandlineProtocol

/// The files of an upload, where each is, and where it goes.
final class UploadList {
  /// What a file turns out to be.
  enum Look {
    case small(LocalSource)
    /// To be sent in parts, opened again when its turn comes.
    case large
    case folder
  }

  private let sources: [UploadSource]
  /// The tree of the last entry that was opened, and the way to it.
  private var tree: FileTree?
  private var folders: LocalFolders?

  init(_ sources: [UploadSource]) {
    self.sources = sources
  }

  var count: Int { sources.count }

  subscript(_ index: Int) -> UploadSource { sources[index] }

  /// For messages and results.
  func name(_ index: Int) -> String { sources[index].name }

  /// Under which path it is sent.
  func path(of index: Int, in destination: UploadDestination) -> String {
    switch destination {
    case .name(let path): path
    case .folder(let folder): LocalName.path(folder, sources[index].remoteName)
    }
  }

  /// Opens a file.
  /// - Parameter largest: the most bytes that are sent whole.
  func look(at index: Int, largest: Int64) throws(ClientError) -> Look {
    switch sources[index] {
    case .stream:
      return .large
    case .folder:
      return .folder
    case .file(let path), .named(let path, as: _):
      return Self.look(at: try LocalSource(path, path: path), largest)
    case .entry(let tree, let entry, below: _):
      switch tree.nodes[entry].kind {
      case .folder: return .folder
      case .file where tree.nodes[entry].size > largest: return .large
      case .file: return Self.look(at: try open(tree, entry), largest)
      case .other:
        throw ClientError(.usage, "'\(printable(name(index)))' is neither a file nor a folder that can be sent")
      }
    }
  }

  private static func look(at file: LocalSource, _ largest: Int64) -> Look {
    file.size > largest ? .large : .small(file)
  }

  private func open(_ tree: FileTree, _ entry: Int) throws(ClientError) -> LocalSource {
    if self.tree !== tree {
      folders = nil
      self.tree = tree
    }
    if let folders { return try LocalSource(tree, entry, in: folders) }
    let opened = try LocalFolders(opening: tree.root, followsLinks: tree.followsLinks, missing: .isError)
    folders = opened
    return try LocalSource(tree, entry, in: opened)
  }
}
