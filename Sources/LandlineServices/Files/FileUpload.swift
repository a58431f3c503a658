import Crypto
public import LandlineProtocol

/// One file on its way in: bytes are hashed as they are written, and become a file at the commit.
///
/// For one task. It ends by `commit`, `close` or `fail`, and only once.
public final class FileUpload {
  private let content: any UploadContent
  private let target: UploadTarget
  private let isKept: Bool
  private let release: @Sendable () async -> Void
  private let hashes: any HashStore
  private let hashing: Hashing
  private var hash = RunningHash()
  private var isOpen = true

  /// The bytes that were kept from an earlier try; the next `write` goes behind them.
  public private(set) var offset: Int64 = 0
  /// The bytes it has.
  public private(set) var received: Int64 = 0

  init(
    content: any UploadContent, target: UploadTarget, isKept: Bool,
    hashes: any HashStore, hashing: Hashing,
    release: @escaping @Sendable () async -> Void
  ) {
    self.content = content
    self.target = target
    self.isKept = isKept
    self.hashes = hashes
    self.hashing = hashing
    self.release = release
  }

  /// The bytes that it is to have; nil when nobody knows.
  public var size: Int64? { target.size }

  /// Hashes what was kept.
  /// - Returns: the digest of that prefix, for the client to compare.
  public func prepare(progress: (Int64, Int64) async throws -> Void) async throws -> Digest256 {
    let kept = content.size
    var hasher = SHA256()
    try await hashing.read(
      into: &hasher, from: 0, to: kept,
      reading: { try self.content.read(into: $0, at: $1) },
      progress: { try await progress($0, kept) })
    offset = kept
    received = kept
    hash = RunningHash(hasher)
    return hash.digest
  }

  /// Takes the next bytes: hashes and writes them, side by side.
  /// - Parameters:
  ///   - count: how many there are in `bytes`.
  ///   - quota: of the account, as it is now.
  /// - Throws: `mismatch` for more than was said; `no-space`.
  public func write(_ bytes: some FileContent, count: Int, quota: Int64?) async throws {
    content.setQuota(quota)
    if let size = target.size, received + Int64(count) > size {
      throw LineError(.mismatch, "more bytes came than the \(size) that '\(target.path)' was to have")
    }
    let hash = hash
    if count < RunningHash.worthAThread {
      bytes.forEachPiece { hash.update($0) }
      try bytes.forEachPiece { try content.append($0) }
    } else {
      async let hashed: Void = bytes.forEachPiece { hash.update($0) }
      try bytes.forEachPiece { try content.append($0) }
      await hashed
    }
    received += Int64(count)
  }

  /// Compares, makes the file durable and visible.
  /// - Returns: what it is now; nil when it was skipped because the name was taken meanwhile.
  /// - Throws: `mismatch`, which drops what had arrived; `exists`, `wrong-kind`, `no-space`.
  public func commit(_ expected: Digest256) async throws -> StoredAnswer? {
    let digest = hash.digest
    if let size = target.size, received != size {
      await end(keeping: received < size && isKept)
      throw LineError(.mismatch, "'\(target.path)' was to have \(size) bytes, but \(received) came")
    }
    guard digest == expected, target.digest == nil || target.digest == expected else {
      await end(keeping: false)
      throw LineError.mismatch(target.path, digest, sent: expected)
    }
    do {
      guard let (path, status) = try publish() else {
        await end(keeping: false)
        return nil
      }
      isOpen = false
      do {
        if isUntouched(status) {
          try await hashes.record(
            RecordedHash(version: status.version, digest: digest), for: path)
        }
      } catch {
        // The file is stored. A hash that was not recorded is computed again when it is asked for.
      }
      await release()
      return StoredAnswer(path: path.description, size: status.size, sha256: digest)
    } catch {
      await end(keeping: isKept)
      throw error
    }
  }

  /// Whether the file is still what was published: somebody may have edited it by hand before its status was taken.
  private func isUntouched(_ status: EntryStatus) -> Bool {
    status.size == received && (target.modified == nil || status.modified == target.modified)
  }

  private func publish() throws -> (RemotePath, EntryStatus)? {
    func attempt(_ path: RemotePath, replacing: Bool) throws -> (RemotePath, EntryStatus) {
      let status = try content.publish(
        as: path, replacing: replacing, modified: target.modified, executable: target.executable)
      return (path, status)
    }
    switch target.ifExists {
    case .replace: return try attempt(target.path, replacing: true)
    case .fail: return try attempt(target.path, replacing: false)
    case .skip:
      do {
        return try attempt(target.path, replacing: false)
      } catch let error as LineError where error.code == .exists {
        return nil
      }
    case .keepBoth:
      for number in 0..<NumberedName.most {
        do {
          return try attempt(NumberedName.path(target.path, number: number), replacing: false)
        } catch let error as LineError where error.code == .exists || error.code == .wrongKind && number > 0 {
          continue
        }
      }
      throw LineError(.exists, "'\(target.path)' and \(NumberedName.most) numbered names are taken")
    }
  }

  /// Ends it before its commit: what arrived is kept if the client may continue it.
  /// - Parameter discarding: true: it is not kept in any case.
  public func close(discarding: Bool = false) async {
    guard isOpen else { return }
    await end(keeping: isKept && !discarding)
  }

  private func end(keeping: Bool) async {
    guard isOpen else { return }
    isOpen = false
    if keeping { content.keep() } else { content.discard() }
    await release()
  }
}

/// What an upload is to become.
struct UploadTarget {
  var path: RemotePath
  var size: Int64?
  /// SHA-256, where it was said beforehand.
  var digest: Digest256?
  var modified: FileTime?
  var executable: Bool
  var ifExists: IfExists
}

extension LineError {
  /// What arrived is not what was sent.
  static func mismatch(_ path: RemotePath, _ digest: Digest256, sent: Digest256?) -> LineError {
    let sent = sent.map { " (\($0))" } ?? ""
    return LineError(
      .mismatch, "what arrived for '\(path)' has another SHA-256 (\(digest)) than was sent\(sent); send it again")
  }
}
