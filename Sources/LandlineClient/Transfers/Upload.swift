/// What to send. Names on the server are relative to the destination folder.
public enum UploadSource: Sendable {
  /// A file of this machine, under its own name.
  case file(String)
  /// A file of this machine, under another name: `sub/a.txt`.
  case named(String, as: String)
  /// The entry `index` of a local tree, under its path in the tree, below the folder `below` (`""`: directly).
  /// A folder's entry makes the folder, without what is in it; see ``FileTree/uploads(below:)``.
  case entry(FileTree, Int, below: String)
  /// A local folder that nothing is in: it is made under another name, `docs`; `""` is the destination itself.
  case folder(String, as: String)
  /// What a descriptor gives until its end, of unknown length. It can be read once only, so a lost connection
  /// is an error.
  case stream(descriptor: Int32)

  /// For messages and results: the local path.
  public var name: String {
    switch self {
    case .file(let path), .named(let path, as: _), .folder(let path, as: _): path
    case .entry(let tree, let index, below: _): LocalName.join(tree.root, tree.path(index))
    case .stream: "-"
    }
  }

  /// Under which name below the destination folder it is sent.
  var remoteName: String {
    switch self {
    case .file(let path): LocalName.last(of: path)
    case .named(_, as: let name), .folder(_, as: let name): name
    case .entry(let tree, let index, below: let folder): LocalName.join(folder, tree.path(index))
    case .stream: "-"
    }
  }

  /// Whether it is a folder that is to be made.
  public var isFolder: Bool {
    switch self {
    case .folder: true
    case .entry(let tree, let index, below: _): tree.nodes[index].kind == .folder
    case .file, .named, .stream: false
    }
  }
}

extension FileTree {
  /// Everything that is needed to send a local tree: its files, and those of its folders that nothing is in, which may
  /// be the tree's own.
  /// - Parameter folder: the folder below the destination folder that it goes into; `""` for the destination itself.
  public func uploads(below folder: String) -> [UploadSource] {
    let indices = transferred
    return indices.isEmpty ? [.folder(root, as: folder)] : indices.map { .entry(self, $0, below: folder) }
  }

  /// Files but for parts of downloads, and folders without a file or folder in them: the others are made on the way.
  var transferred: [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(files)
    for index in 0..<count {
      switch nodes[index].kind {
      case .file:
        if !LocalName.isPart(nameBytes(index)) { indices.append(index) }
      case .folder where !descendants(of: index).contains { nodes[$0].kind != .other }: indices.append(index)
      case .folder, .other: break
      }
    }
    return indices
  }
}

/// Where to.
public enum UploadDestination: Hashable, Sendable {
  /// Into this folder, under the files' own names; the empty path is the root.
  case folder(String)
  /// Under this name; into it, if the server has a folder of that name.
  case name(String)
}

extension LandlineClient {
  /// Sends files and returns when each is durably there, or has failed.
  ///
  /// Files up to 1 MiB go whole, hundreds of them on their way at the same time; larger ones in parts, resumable, on
  /// up to `options.jobs` connections beside. One file's failure does not stop the others. A name that is taken, when
  /// that is an error, is none if what has it is this very file by size and hash: so the same call again does the rest
  /// of one that was cut off.
  /// - Parameter observer: told how each file ended; the list may have a million.
  /// - Returns: how many ended in which way.
  /// - Throws: when there is no connection to begin with, as ``withConnection(_:)``.
  @concurrent @discardableResult
  public func put(
    _ sources: [UploadSource], to destination: UploadDestination,
    options: TransferOptions = TransferOptions(), observer: TransferObserver = TransferObserver()
  ) async throws -> TransferSummary {
    let session = UploadSession(
      client: self, sources: sources, destination: destination, options: options, observer: observer)
    return try await withTaskExecutorPreference(ClientRuntime.blocking) {
      try await session.run()
    }
  }
}
