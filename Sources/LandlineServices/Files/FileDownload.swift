import Crypto
public import LandlineProtocol

/// One file on its way out. For one task.
public final class FileDownload {
  private let content: any ReadableContent
  private let path: RemotePath
  private let hashes: any HashStore
  /// The digest on record, if it is that of the file as it was opened: then nothing needs to be hashed here, and what
  /// the client compares with is what was stored, whatever the disk has done to it since.
  private let recorded: Digest256?
  private var hasher = SHA256()
  private var position: Int64

  /// Where the client's copy is continued; 0 when it does not fit.
  public let offset: Int64

  init(
    content: any ReadableContent, path: RemotePath, hashes: any HashStore, recorded: Digest256?,
    offset: Int64, hashed: SHA256
  ) {
    self.content = content
    self.path = path
    self.hashes = hashes
    self.recorded = recorded
    self.offset = offset
    hasher = hashed
    position = offset
  }

  /// What the client is told first.
  public var head: FileAnswer {
    FileAnswer(
      size: content.status.size, modified: content.status.modified,
      executable: content.status.executable, offset: offset, sha256: recorded)
  }

  /// Bytes that are still to be read.
  public var remaining: Int64 { content.status.size - position }

  /// Reads the next bytes.
  /// - Returns: how many; at least 1 while `remaining` is not 0.
  /// - Throws: `changed` when the file became shorter.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let wanted = Int(min(Int64(buffer.count), remaining))
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
    let count = try content.read(into: part, at: position)
    guard count > 0 || wanted == 0 else { throw changed() }
    if recorded == nil {
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: part[..<count]))
    }
    position += Int64(count)
    return count
  }

  /// The digest of the whole file, when all of it has been read.
  /// - Throws: `changed` when somebody wrote to it meanwhile.
  public func finish() async throws -> Digest256 {
    let now = try content.currentStatus()
    // Not the change time: a file that is replaced or removed while it is read stays whole for whoever reads it.
    guard now.size == content.status.size, now.modified == content.status.modified else {
      throw changed()
    }
    if let recorded { return recorded }
    let digest = Digest256(hasher.finalize())
    if now.version == content.status.version {
      try await hashes.observe(RecordedHash(version: now.version, digest: digest), for: path)
    }
    return digest
  }

  private func changed() -> LineError {
    LineError(.changed, "'\(path)' was changed while it was read; get it again")
  }
}
