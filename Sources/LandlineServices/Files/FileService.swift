import Crypto
public import LandlineProtocol

/// The files: who may see and change them, and what is known of their content.
///
/// Its methods block on the disk: call them where that is allowed.
public struct FileService: Sendable {
  let store: any ContentStore
  let hashes: any HashStore
  private let uploads: UploadRegistry
  let wholePuts = PathsAtWork()
  let hashing = Hashing()

  public init(store: any ContentStore, hashes: any HashStore, uploads: UploadRegistry) {
    self.store = store
    self.hashes = hashes
    self.uploads = uploads
  }

  // MARK: Looking

  public func stat(_ text: String, by principal: Principal) async throws -> Entry {
    let path = try RemotePath(text)
    try principal.requireRead(path)
    let status = try store.status(of: path)
    var entry = Self.entry(status)
    entry.path = path.description
    if status.kind == .file { entry.sha256 = try await recordedDigest(path, status.version) }
    return entry
  }

  /// Bytes free, and in all.
  public func space() throws -> (free: Int64, total: Int64) { try store.space() }

  private static func entry(_ status: EntryStatus) -> Entry {
    var entry = Entry(kind: status.kind.rawValue, modified: status.modified)
    if status.kind == .file {
      entry.size = status.size
      entry.executable = status.executable
    }
    return entry
  }

  /// The recorded digest, if it was made for this very version of the file.
  private func recordedDigest(_ path: RemotePath, _ version: FileVersion) async throws -> Digest256? {
    guard let record = try await hashes.hash(of: path), record.version == version else { return nil }
    return record.digest
  }

  // MARK: Out

  /// - Parameter progress: told bytes done and to do while the client's prefix is compared.
  public func download(
    _ request: GetRequest, by principal: Principal,
    progress: (Int64, Int64) async throws -> Void
  ) async throws -> FileDownload {
    let path = try file(request.path)
    try principal.requireRead(path)
    var offset = request.offset ?? 0
    guard offset >= 0 else { throw LineError(.badRequest, "an offset is not negative") }
    let content = try store.openFile(path)
    let size = content.status.size
    let recorded = try await recordedDigest(path, content.status.version)
    var hasher = SHA256()
    if offset > 0 {
      guard let prefix = request.prefixSha256 else {
        throw LineError(.badRequest, "an offset needs prefixSha256")
      }
      if offset <= size {
        let end = offset
        try await hashing.read(
          into: &hasher, from: 0, to: end, reading: { try content.read(into: $0, at: $1) },
          progress: { try await progress($0, end) })
      }
      if offset > size || Digest256(hasher.finalize()) != prefix {
        offset = 0
        hasher = SHA256()
      }
    }
    return FileDownload(
      content: content, path: path, hashes: hashes, recorded: recorded, offset: offset,
      hashed: hasher)
  }

  /// Reads a file again and compares with what is on record.
  public func verify(
    _ text: String, by principal: Principal, progress: (Int64, Int64) async throws -> Void
  ) async throws -> VerifiedAnswer {
    let path = try file(text)
    try principal.requireRead(path)
    let content = try store.openFile(path)
    let version = content.status.version
    let record = try await hashes.witness(of: path)
    var hasher = SHA256()
    try await hashing.read(
      into: &hasher, from: 0, to: version.size, reading: { try content.read(into: $0, at: $1) },
      progress: { try await progress($0, version.size) })
    let digest = Digest256(hasher.finalize())
    guard try content.currentStatus().version == version else {
      throw LineError(.changed, "'\(path)' was changed while it was read; verify it again")
    }
    let verdict: VerifiedAnswer.Verdict =
      switch record {
      case nil: .new
      case .some(let record) where record.digest == digest: .intact
      case .some(let record): record.isOfSameContent(as: version) ? .damaged : .changed
      }
    // A damaged file's record stays: it is the only witness of what was stored.
    if verdict != .damaged {
      try await hashes.record(RecordedHash(version: version, digest: digest), for: path)
    }
    return VerifiedAnswer(
      path: path.description, size: version.size, sha256: digest, recorded: record?.digest,
      verdict: verdict)
  }

  // MARK: In

  /// How a put begins.
  public enum UploadStart {
    case upload(FileUpload)
    /// It is there already.
    case stored(StoredAnswer)
    case skipped(PathAnswer)
  }

  /// - Parameters:
  ///   - superseded: called when the same account begins the same upload again; must lead to the end of this one.
  ///   - progress: told bytes done and to do while a file that may be this one already is hashed.
  public func upload(
    _ request: PutRequest, by principal: Principal, superseded: @escaping @Sendable () -> Void,
    progress: (Int64, Int64) async throws -> Void
  ) async throws -> UploadStart {
    let path = try file(request.path)
    try principal.requireWrite(path)
    if let size = request.size, size < 0 { throw LineError(.badRequest, "a size is not negative") }
    let ifExists = try Self.ifExists(request.ifExists)
    let modified = try request.modified()
    let isKept = request.resume == true
    if isKept && (request.size == nil || modified == nil) {
      throw LineError(.badRequest, "to be continued, a put needs size and mtime")
    }
    func early() async throws -> UploadStart? {
      if request.again == true,
        let stored = try await storedBefore(path, request, ifExists, by: principal, progress: progress)
      {
        for case let problem? in await store.makeDurable([stored.content]) { throw problem }
        return .stored(stored.answer)
      }
      return try refuse(path, ifExists) ? .skipped(PathAnswer(path: path.description)) : nil
    }
    if let start = try await early() { return start }

    let key = UploadKey(
      account: principal.accountID, digest: Self.uploadDigest(path, request.size, modified))
    let uploads = uploads
    let epoch = await uploads.acquire(key, supersede: superseded)
    let release: @Sendable () async -> Void = { await uploads.release(key, epoch: epoch) }
    do {
      // Once more, for the owner before may have ended in its commit.
      if let start = try await early() {
        await release()
        return start
      }
      try await waitUntilSpaceIsKnown(for: principal) { try await progress(0, request.size ?? 0) }
      let content = try store.openUpload(key, keepingOld: isKept, size: request.size, quota: principal.quota)
      let target = UploadTarget(
        path: path, size: request.size, digest: request.sha256, modified: modified,
        executable: request.executable ?? false, ifExists: ifExists)
      return .upload(
        FileUpload(
          content: content, target: target, isKept: isKept, hashes: hashes, hashing: hashing,
          release: release))
    } catch {
      await release()
      throw error
    }
  }

  /// What makes an upload the same as one before: path, size and time. Where these are not all known it is like no other.
  private static func uploadDigest(
    _ path: RemotePath, _ size: Int64?, _ modified: FileTime?
  ) -> Digest256 {
    guard let size, let modified else { return Digest256(hashing: Secret.randomBytes(count: 32)) }
    let text = "\0\(size) \(modified.seconds) \(modified.nanoseconds)"
    return Digest256(hashing: path.bytes + Array(text.utf8))
  }

  /// Looks early whether the name is free, so that nobody sends a gigabyte to be refused; the commit looks again.
  /// - Returns: true when the put is to be skipped.
  private func refuse(_ path: RemotePath, _ ifExists: IfExists) throws -> Bool {
    let status: EntryStatus
    do {
      status = try store.status(of: path)
    } catch let error as LineError where error.code == .notFound {
      return false
    }
    guard status.kind == .file else {
      throw LineError(
        .wrongKind, status.kind == .folder ? "'\(path)' is a folder" : "'\(path)' is not a file")
    }
    if ifExists == .fail {
      throw LineError(.exists, "'\(path)' is there already")
    }
    return ifExists == .skip
  }

  /// A file that is there already. The answer is not to be given before it is durable: whoever stored it may have come
  /// to an end before that, and a person may have put it there.
  struct StoredBefore {
    var answer: StoredAnswer
    var content: any ReadableContent
  }

  /// This put's file, if it is there already, under its name or, if both are kept, a numbered one.
  func storedBefore(
    _ path: RemotePath, _ request: PutRequest, _ ifExists: IfExists, by principal: Principal,
    progress: (Int64, Int64) async throws -> Void
  ) async throws -> StoredBefore? {
    // Who may not read here may not find out what is here, either.
    guard let wanted = request.sha256, let size = request.size,
      (try? principal.requireRead(path)) != nil
    else { return nil }
    for number in 0..<(ifExists == .keepBoth ? NumberedName.most : 1) {
      let candidate = try NumberedName.path(path, number: number)
      guard let content = try? store.openFile(candidate) else { return nil }
      guard content.status.size == size else { continue }
      var digest = try await recordedDigest(candidate, content.status.version)
      if digest == nil {
        var hasher = SHA256()
        try await hashing.read(
          into: &hasher, from: 0, to: size, reading: { try content.read(into: $0, at: $1) },
          progress: { try await progress($0, size) })
        let computed = Digest256(hasher.finalize())
        try await hashes.observe(
          RecordedHash(version: content.status.version, digest: computed), for: candidate)
        digest = computed
      }
      if digest == wanted {
        return StoredBefore(
          answer: StoredAnswer(path: candidate.description, size: size, sha256: wanted), content: content)
      }
    }
    return nil
  }

  // MARK: Away

  /// Drops what an account has left unfinished.
  public func dropUploads(ofAccount id: Int64) async throws {
    await uploads.supersedeAll(account: id)
    try store.dropUploads(account: id)
  }

  static func ifExists(_ text: String?) throws(LineError) -> IfExists {
    guard let choice = IfExists(rawValue: text ?? "fail") else {
      throw LineError(.badRequest, "ifExists is fail, replace, keep-both or skip")
    }
    return choice
  }

  /// A path that names a file by its form.
  func file(_ text: String) throws(LineError) -> RemotePath {
    let path = try RemotePath(text)
    if path.isFolderHint || path == .root {
      throw LineError(.wrongKind, "'\(printable(text))' names a folder, and a file is needed")
    }
    return path
  }
}
