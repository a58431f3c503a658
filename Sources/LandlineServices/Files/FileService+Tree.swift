public import LandlineProtocol

extension FileService {
  /// The names in one folder.
  public func list(_ text: String, after: String?, by principal: Principal) throws
    -> (entries: [FolderEntry], more: Bool)
  {
    let path = try RemotePath(text)
    try principal.requireRead(path)
    return try store.list(path, after: after.map { Array($0.utf8) }, limit: LineProtocol.maximumEntries)
  }

  /// Begins a walk through everything below a folder that the caller may read.
  public func tree(_ request: TreeRequest, by principal: Principal) throws -> TreeReading {
    let path = try RemotePath(request.path)
    try principal.requireRead(path)
    let walk = try store.walk(path, where: principal.readRule(below: path))
    return TreeReading(
      walk: walk, base: path,
      digests: request.sha256 == true ? TreeDigests(store: store, hashes: hashes, hashing: hashing) : nil)
  }
}

/// Everything below a folder on its way out. For one task.
public final class TreeReading {
  /// A name, relative to the folder, and its file's hash where that was asked for.
  public struct Item: Sendable {
    public var entry: FolderEntry
    public var sha256: Digest256?
  }

  /// How many bytes may be hashed before what there is is given to the client.
  private static let mostHashed: Int64 = 67_108_864

  private let walk: any FolderWalk
  private let base: RemotePath
  private let digests: TreeDigests?
  /// Met, and not given out yet.
  private var waiting: ArraySlice<Item> = []
  /// What was given out.
  public private(set) var total = TreeAnswer(files: 0, folders: 0, bytes: 0)

  init(walk: any FolderWalk, base: RemotePath, digests: TreeDigests?) {
    self.walk = walk
    self.base = base
    self.digests = digests
  }

  public var isOver: Bool { walk.isOver && waiting.isEmpty }

  /// The next names: some hundreds, or none after much work.
  /// - Parameter progress: called now and then while files are hashed.
  public func next(progress: () async throws -> Void) async throws -> [Item] {
    if waiting.isEmpty {
      waiting = try walk.next().map { Item(entry: $0) }[...]
      if walk.omitted > 0 { total.omitted = walk.omitted }
      if let digests { try await digests.fillIn(&waiting, below: base) }
    }
    var items: [Item] = []
    items.reserveCapacity(waiting.count)
    var hashed: Int64 = 0
    while hashed < Self.mostHashed, var item = waiting.popFirst() {
      if let digests, item.sha256 == nil, item.entry.status.kind == .file {
        item = try await digests.compute(item, below: base, progress: progress)
        hashed = hashed.addingSaturated(item.entry.status.size)
      }
      count(item.entry.status)
      items.append(item)
    }
    return items
  }

  private func count(_ status: EntryStatus) {
    switch status.kind {
    case .file:
      total.files += 1
      total.bytes = total.bytes.addingSaturated(status.size)
    case .folder: total.folders += 1
    case .other: break
    }
  }
}
