import LandlineProtocol

/// What to fetch. Local names are relative to the destination folder.
public enum DownloadSource: Sendable {
  /// A file of the server, under its own name.
  case file(String)
  /// A file of the server, under another name, `sub/a.txt`; its size in bytes, if it is known.
  case named(String, as: String, size: Int64?)
  /// The entry `index` of a server's tree, under its path in the tree, below the folder `below` (`""`: directly).
  /// A folder's entry makes the folder, without what is in it; see ``FileTree/downloads(below:)``.
  case entry(FileTree, Int, below: String)
  /// A folder of the server that nothing is in: it is made here under another name; `""` is the destination itself.
  case folder(String, as: String)

  /// For messages and results: the path on the server.
  public var name: String {
    switch self {
    case .file(let path), .named(let path, as: _, size: _), .folder(let path, as: _): path
    case .entry(let tree, let index, below: _): LocalName.join(tree.root, tree.path(index))
    }
  }

  /// Under which name below the destination folder it is kept.
  var localName: String {
    switch self {
    case .file(let path): LocalName.last(of: path)
    case .named(_, as: let name, size: _), .folder(_, as: let name): name
    case .entry(let tree, let index, below: let folder): LocalName.join(folder, tree.path(index))
    }
  }

  /// Bytes, if known.
  public var size: Int64? {
    switch self {
    case .file: nil
    case .folder: 0
    case .named(_, as: _, let size): size
    case .entry(let tree, let index, below: _): tree.nodes[index].size
    }
  }

  /// What a tree says that it is.
  var kind: FileTree.Kind {
    switch self {
    case .entry(let tree, let index, below: _): tree.nodes[index].kind
    case .folder: .folder
    case .file, .named: .file
    }
  }

  /// Whether it is a folder that is to be made.
  public var isFolder: Bool { kind == .folder }
}

extension FileTree {
  /// Everything that is needed to fetch a server's tree: its files, and those of its folders that nothing is in, which may
  /// be the tree's own.
  /// - Parameter folder: the folder below the destination folder that it goes into; `""` for the destination itself.
  public func downloads(below folder: String) -> [DownloadSource] {
    let indices = transferred
    return indices.isEmpty ? [.folder(root, as: folder)] : indices.map { .entry(self, $0, below: folder) }
  }
}

/// Where a file that is fetched goes.
public enum DownloadDestination: Hashable, Sendable {
  /// Into this local folder.
  case folder(String)
  /// Into a descriptor, in order, as it comes: standard output.
  case stream(descriptor: Int32)
}

extension LandlineClient {
  /// Fetches files, and returns when each is durably here with the hash that the server computed, or has failed.
  ///
  /// Files up to 1 MiB come whole, hundreds of them on their way at the same time; larger ones on up to
  /// `options.jobs` connections beside. A file grows as `.NAME.landline-part` beside its destination, and gets its name
  /// when it is whole. What such a part of a large file holds is continued by the next fetch, once the server has
  /// confirmed its hash. A name that is taken, when that is an error, is none if what has it is this very file by size and
  /// hash. Folders that are missing below the destination are made; symbolic links there are not followed.
  /// - Parameter observer: told how each file ended; the list may have a million.
  /// - Returns: how many ended in which way.
  /// - Throws: when there is no connection to begin with, as ``withConnection(_:)``; when the destination cannot be opened.
  @concurrent @discardableResult
  public func get(
    _ sources: [DownloadSource], to destination: DownloadDestination,
    options: TransferOptions = TransferOptions(), observer: TransferObserver = TransferObserver()
  ) async throws -> TransferSummary {
    try await withTaskExecutorPreference(ClientRuntime.blocking) {
      switch destination {
      case .folder(let folder):
        let session = try DownloadSession(
          client: self, sources: sources, folder: folder, options: options, observer: observer)
        return try await session.run()
      case .stream(let descriptor):
        let session = StreamDownload(
          client: self, sources: sources, descriptor: descriptor, options: options, observer: observer)
        return try await session.run()
      }
    }
  }

  /// Fetches files under their own names.
  @concurrent @discardableResult
  public func get(
    _ paths: [String], to destination: DownloadDestination,
    options: TransferOptions = TransferOptions(), observer: TransferObserver = TransferObserver()
  ) async throws -> TransferSummary {
    try await get(paths.map { .file($0) }, to: destination, options: options, observer: observer)
  }
}
