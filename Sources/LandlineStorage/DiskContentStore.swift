import CLinux
import Glibc
public import LandlineProtocol
public import LandlineServices

/// Keeps the files on the local disk, under `DATA/files`, and unfinished uploads beside them.
///
/// What an upload must be to survive a crash is in `DiskUpload`, why no path leads out in `Tree`.
public final class DiskContentStore: ContentStore {
  private let data: DataFolder
  private let tree: Tree
  private let uploads: UploadFolder
  private let wholeFiles: WholeFiles
  private let names = NameBudget(bytes: 33_554_432)

  /// - Parameter bounds: how much of the disk may be used.
  /// - Throws: `LineError` when the kept uploads cannot be read.
  public init(folder: DataFolder, bounds: SpaceBounds = .none) throws(LineError) {
    data = folder
    tree = Tree(folder, bounds: bounds)
    uploads = UploadFolder(data: folder, tree: tree)
    wholeFiles = WholeFiles(data: folder, tree: tree)
    try uploads.sweep(now: nil)
    try wholeFiles.sweep()
  }

  public func status(of path: RemotePath) throws(LineError) -> EntryStatus {
    // O_PATH looks at whatever it is, a symbolic link itself among them, and opens nothing.
    let entry = try tree.open(path, flags: clinux_o_path())
    let status = try Tree.status(of: entry, at: path)
    if path.isFolderHint, status.kind != .folder {
      throw LineError(errno: ENOTDIR, action: "look at", path: path)
    }
    return status
  }

  public func openFile(_ path: RemotePath) throws(LineError) -> any ReadableContent {
    // O_NONBLOCK: to open a FIFO for reading waits for a writer, who may never come.
    let file = try tree.open(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
    let status = try Tree.status(of: file, at: path)
    switch status.kind {
    case .folder: throw LineError(errno: EISDIR, action: "open", path: path)
    case .other: throw LineError(errno: ENXIO, action: "open", path: path)
    case .file: break
    }
    if path.isFolderHint { throw LineError(errno: ENOTDIR, action: "open", path: path) }
    return DiskFile(file, status: status, path: path)
  }

  public func list(_ folder: RemotePath, after: [UInt8]?, limit: Int) throws(LineError)
    -> ([FolderEntry], more: Bool)
  {
    var after = after
    while true {
      let page = try FolderPage.read(
        try tree.openFolder(folder), at: folder, after: after, limit: limit)
      // A page whose names all vanished while it was read: its reader could not go on from it.
      guard page.entries.isEmpty, page.more, let last = page.last else {
        return (page.entries, page.more)
      }
      after = last
    }
  }

  public func store(_ files: [NewFile]) async -> [Result<StoredFile?, LineError>] {
    await wholeFiles.store(files)
  }

  public func makeDurable(_ files: [any ReadableContent]) async -> [LineError?] {
    await wholeFiles.makeDurable(files.compactMap { $0 as? DiskFile })
  }

  public func openUpload(_ key: UploadKey, keepingOld: Bool, size: Int64?, quota: Int64?) throws(LineError)
    -> any UploadContent
  {
    try uploads.open(key, keepingOld: keepingOld, size: size, quota: quota)
  }

  public func dropUploads(account: Int64) throws(LineError) {
    try uploads.drop(account: account)
  }

  /// Drops what has been kept for 7 days without a further byte, and of each account's what is over
  /// 64. Never an upload that is running. To be called at start and once a day.
  /// - Parameter now: seconds since 1970.
  public func sweepUploads(now: Int64) throws(LineError) {
    try uploads.sweep(now: now)
  }

  public func walk(_ folder: RemotePath, where admits: ((_ path: [UInt8]) -> Bool)?) throws(LineError)
    -> any FolderWalk
  {
    try DiskFolderWalk(tree: tree, base: folder, budget: names, admits: admits)
  }

  public func makeFolder(_ path: RemotePath) async throws(LineError) {
    try await tree.makeFolder(path)
  }

  public func move(_ path: RemotePath, to target: RemotePath, kind: EntryKind, replacing: Bool) async throws(LineError)
    -> MovedEntry
  {
    try await tree.move(path, to: target, kind: kind, replacing: replacing)
  }

  public func remove(_ path: RemotePath) async throws(LineError) {
    try await tree.remove(path)
  }

  public func removal(of folder: RemotePath, where admits: ((_ path: [UInt8]) -> Bool)?) throws(LineError)
    -> any FolderRemoval
  {
    try DiskFolderRemoval(tree: tree, path: folder, admits: admits)
  }

  public func space() throws(LineError) -> (free: Int64, total: Int64) { try data.space() }

  /// Bytes that stay free of a disk of `total` bytes.
  public func reserve(ofDisk total: Int64) -> Int64 { tree.space.bounds.reserve(ofDisk: total) }

  /// For what is stored beside the files.
  /// - Throws: `no-space` when no more is free than is to stay free.
  public func requireFreeSpace() throws(LineError) {
    let space = try space()
    let reserve = reserve(ofDisk: space.total)
    guard space.free > reserve else {
      throw LineError(
        .noSpace,
        "the server's disk has \(space.free) bytes free, and \(reserve) are to stay free: nothing more is stored")
    }
  }

  public var areAccountsKnown: Bool {
    // Where they are not counted, because that cannot be, there is nothing to wait for.
    tree.space.accounts.isCounted || !tree.space.accounts.isActive
  }

  public func stored(byAccount id: Int64) -> Int64? { tree.space.accounts.stored(id) }

  public func countAccounts() throws(LineError) {
    guard !tree.space.accounts.isActive else { return }
    // A file that nobody else sees: can it be told whose it is?
    let name = "\(WholeFiles.prefix)mark"
    let raw = retrying {
      clinux_openat(data.partial.raw, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }
    guard raw >= 0 else { throw LineError(errno: errno, action: "look at the disk of", path: .root) }
    let file = Descriptor(owning: raw)
    defer { unlinkat(data.partial.raw, name, 0) }
    let code = OwnerMark.set(0, on: file.raw)
    guard code == 0 else {
      throw LineError(
        .unsupported,
        "quotas cannot be kept here: the file system of the server's files takes no user extended attributes "
          + "(\(text(ofErrno: code))), which say whose a file is")
    }
    tree.space.accounts.activate()
  }

  public var isSpaceKnown: Bool { tree.space.usage?.isCounted ?? true }

  /// Counts what the files and the kept uploads have, once and again whenever that has become doubtful, until its task
  /// is cancelled. Returns at once where there is no bound on it.
  public func keepCounting() async {
    guard let usage = tree.space.usage else { return }
    await UsageCounter(usage: usage, folders: [data.files.raw, data.partial.raw]).run()
  }

  /// Counts what each account has, from when that is asked for until its task is cancelled.
  public func keepCountingAccounts() async {
    await AccountCounter(usage: tree.space.accounts, data: data).run()
  }
}
