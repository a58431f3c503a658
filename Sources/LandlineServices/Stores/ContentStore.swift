public import LandlineProtocol

/// What a name in the tree stands for.
public enum EntryKind: String, Hashable, Sendable, Codable {
  case file, folder
  /// Neither: a symbolic link, a socket, a device. Never opened.
  case other
}

/// By what a recorded hash knows that it is still that of the file: any change of content changes one of them.
public struct FileVersion: Hashable, Sendable {
  public var device: UInt64
  public var inode: UInt64
  public var size: Int64
  public var modified: FileTime
  /// The inode's change time, which nobody can set back (`man 7 inode`).
  public var changed: FileTime

  public init(device: UInt64, inode: UInt64, size: Int64, modified: FileTime, changed: FileTime) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }
}

/// A name's status.
public struct EntryStatus: Hashable, Sendable {
  public var kind: EntryKind
  public var executable: Bool
  public var version: FileVersion

  public init(kind: EntryKind, executable: Bool, version: FileVersion) {
    self.kind = kind
    self.executable = executable
    self.version = version
  }

  public var size: Int64 { version.size }
  public var modified: FileTime { version.modified }
}

/// A name in a folder, with its status.
public struct FolderEntry: Hashable, Sendable {
  public var name: [UInt8]
  public var status: EntryStatus

  public init(name: [UInt8], status: EntryStatus) {
    self.name = name
    self.status = status
  }
}

/// Names an unfinished upload: the same account putting the same file to the same place has the same key.
public struct UploadKey: Hashable, Sendable {
  /// The account's id, so that what is kept can be found and removed with it.
  public var account: Int64
  /// SHA-256 over what makes it the same: path, size and time of change; or random when it is not to be continued.
  public var digest: Digest256

  public init(account: Int64, digest: Digest256) {
    self.account = account
    self.digest = digest
  }
}

/// A file that is open for reading. Its owner ends it by letting go of it.
public protocol ReadableContent: AnyObject, Sendable {
  /// As it was when it was opened.
  var status: EntryStatus { get }
  /// As it is now.
  func currentStatus() throws -> EntryStatus
  /// Reads up to `buffer.count` bytes from `offset`; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int
}

/// An upload that is open for writing, by one owner at a time.
///
/// Not to be used from two tasks at the same time. Ended by `publish`, `keep` or `discard`; letting go of it keeps it.
public protocol UploadContent: AnyObject, Sendable {
  /// The bytes it has.
  var size: Int64 { get }
  /// Notes another bound on the bytes of its account, which counts for what is reserved from now on.
  func setQuota(_ quota: Int64?)
  /// Writes behind the last byte.
  /// - Throws: `LineError`: `no-space`.
  func append(_ bytes: UnsafeRawBufferPointer) throws
  /// Reads what was written before.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int
  /// Makes it the file `path`: durable content first, then the name in one step, then durable name.
  ///
  /// Missing folders on the way are made, durably.
  /// - Parameters:
  ///   - replacing: whether a file of that name gives way (false: `exists`). A folder never does (`wrong-kind`).
  ///   - modified: the time of change it gets; nil: now.
  /// - Returns: the status under the new name.
  /// - Throws: `LineError`.
  func publish(as path: RemotePath, replacing: Bool, modified: FileTime?, executable: Bool) throws
    -> EntryStatus
  /// Closes it and keeps what there is.
  func keep()
  /// Closes and removes it.
  func discard()
}

/// Keeps the files: a tree of names, and uploads that are not finished.
///
/// The methods block on the disk: call them where that is allowed. No name and no symbolic link leads out of the tree;
/// the kernel sees to it (`man 2 openat2`, `RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS`).
/// All throw `LineError` with a sentence for people: `not-found`, `wrong-kind`, `no-space`, `not-empty`, `internal`.
public protocol ContentStore: Sendable {
  func status(of path: RemotePath) throws -> EntryStatus
  /// At most `limit` entries in byte order of their names, behind `after`; leaves out names that `RemotePath` refuses.
  /// - Returns: the entries, and whether there are more.
  func list(_ folder: RemotePath, after: [UInt8]?, limit: Int) throws -> ([FolderEntry], more: Bool)
  func openFile(_ path: RemotePath) throws -> any ReadableContent
  /// Stores files that are here whole, as `UploadContent.publish` does, but waits for the disk for all of them together.
  /// - Returns: for each what was stored, in their order; nil for one that was to be skipped.
  func store(_ files: [NewFile]) async -> [Result<StoredFile?, LineError>]
  /// Makes files that `openFile` gave durable, their names and those of the folders on the way too, with few waits.
  /// - Returns: for each, in their order, what stood in the way.
  func makeDurable(_ files: [any ReadableContent]) async -> [LineError?]
  /// Opens what is kept under `key`, or begins it.
  /// - Parameters:
  ///   - keepingOld: false: what was kept is dropped first.
  ///   - size: bytes that it will have; nil when nobody knows. Room for it is reserved.
  ///   - quota: the most bytes that the account may have; nil: no bound.
  /// - Throws: `LineError`: `no-space` when there is less room than that.
  func openUpload(_ key: UploadKey, keepingOld: Bool, size: Int64?, quota: Int64?) throws -> any UploadContent
  /// Drops all unfinished uploads of an account.
  func dropUploads(account: Int64) throws
  /// Begins a walk through what is below a folder.
  /// - Parameter admits: whether a name (relative to the folder) is to be met; a folder that is not is not entered. nil:
  ///   everything.
  func walk(_ folder: RemotePath, where admits: ((_ path: [UInt8]) -> Bool)?) throws -> any FolderWalk
  /// Makes a folder, and those missing on the way to it; durable when it returns.
  /// - Throws: `exists` when it is there already, which then is durable, too; `wrong-kind` when something else has its name.
  func makeFolder(_ path: RemotePath) async throws
  /// Gives a file or a folder another name, in one step; durable when it returns. Folders missing on the way are made.
  /// - Parameters:
  ///   - kind: what it is; it stays when it has become something else (`changed`).
  ///   - replacing: whether a file that has the name gives way to a file. A folder never does (`wrong-kind`).
  /// - Throws: `exists` for a name that something of the same kind has; `wrong-kind` for one that something of another
  ///   kind has; `bad-path` for a folder that would come to lie in itself.
  func move(_ path: RemotePath, to target: RemotePath, kind: EntryKind, replacing: Bool) async throws -> MovedEntry
  /// Removes a file, an empty folder, or what is neither; durable when it returns.
  func remove(_ path: RemotePath) async throws
  /// Begins the removal of a folder with everything in it.
  /// - Parameter admits: whether a name (relative to the folder) may be removed; one that may not ends the removal with
  ///   `forbidden`. nil: everything.
  func removal(of folder: RemotePath, where admits: ((_ path: [UInt8]) -> Bool)?) throws -> any FolderRemoval
  /// Bytes free for the server, and bytes in all, of the disk that holds the tree.
  func space() throws -> (free: Int64, total: Int64)
  /// Whether it is known how much is in use already; until then nothing new should be begun.
  var isSpaceKnown: Bool { get }
  /// From now on it is to be known how many bytes each account has: the files that it stored last, wherever they are now,
  /// and its kept uploads.
  /// - Throws: `LineError`: `unsupported` when the disk cannot say whose a file is.
  func countAccounts() throws
  /// Whether that is known already.
  var areAccountsKnown: Bool { get }
  /// How many bytes an account has; nil when it is not known.
  func stored(byAccount id: Int64) -> Int64?
}

extension ContentStore {
  /// The same without a quota.
  public func openUpload(_ key: UploadKey, keepingOld: Bool, size: Int64?) throws -> any UploadContent {
    try openUpload(key, keepingOld: keepingOld, size: size, quota: nil)
  }
}
