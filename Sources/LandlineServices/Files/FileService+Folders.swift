public import LandlineProtocol

extension FileService {
  /// How a move or the making of a folder ended.
  public enum FolderOutcome: Hashable, Sendable {
    case done(PathAnswer)
    /// The name was taken, and that is what the caller wanted.
    case skipped(PathAnswer)
  }

  /// Makes a folder, and those missing on the way; durable when it returns.
  public func makeFolder(_ request: MakeFolderRequest, by principal: Principal) async throws -> FolderOutcome {
    let path = try RemotePath(request.path)
    try principal.requireWrite(path)
    let ifExists = IfExists(rawValue: request.ifExists ?? "fail")
    guard ifExists == .fail || ifExists == .skip else {
      throw LineError(.badRequest, "ifExists is fail or skip for mkdir")
    }
    let answer = PathAnswer(path: path.description)
    do {
      try await store.makeFolder(path)
      return .done(answer)
    } catch let error as LineError where error.code == .exists && ifExists == .skip {
      return .skipped(answer)
    }
  }

  /// Removes a file, or a folder: an empty one, or with everything in it; durable when it returns.
  ///
  /// With everything in it: the caller needs the grant for each name. It is looked for before anything is removed, and
  /// for each name again when it is removed.
  /// - Parameters:
  ///   - gone: told, at once, how many names are gone, however it ends.
  ///   - progress: the same, now and then.
  public func remove(
    _ request: RemoveRequest, by principal: Principal, gone: (Int64) -> Void, progress: (Int64) async throws -> Void
  ) async throws {
    let path = try RemotePath(request.path)
    try principal.requireWrite(path)
    guard path != .root else { throw LineError(.badPath, "the root cannot be removed") }
    guard request.recursive == true, try store.status(of: path).kind == .folder else {
      try await store.remove(path)
      gone(1)
      return try await hashes.forget(path)
    }
    let rule = principal.writeRule(below: path)
    if let rule {
      let walk = try store.walk(path, where: nil)
      while !walk.isOver {
        try Task.checkCancellation()
        for entry in try walk.next() where !rule(entry.name) {
          try principal.requireWrite(RemotePath("\(path)/\(String(decoding: entry.name, as: UTF8.self))"))
        }
        try await progress(0)
      }
    }
    let removal = try store.removal(of: path, where: rule)
    defer { if removal.removed > 0 { gone(removal.removed) } }
    while try removal.step() {
      try Task.checkCancellation()
      try await progress(removal.removed)
    }
    try await removal.finish()
    try await hashes.forget(path)
  }

  /// Gives a file or a folder another name, in one step; durable when it returns. Folders missing on the way are made.
  ///
  /// What its contents may be at that moment nobody can know beforehand, so a folder needs grants for whatever can be
  /// in it.
  /// - Parameter progress: called now and then while much is to be noted.
  public func move(
    _ request: MoveRequest, by principal: Principal, progress: () async throws -> Void
  ) async throws -> FolderOutcome {
    let path = try RemotePath(request.path)
    let target = try RemotePath(request.to)
    try principal.requireRead(path)
    try principal.requireWrite(path)
    try principal.requireWrite(target)
    guard path != .root, target != .root else {
      throw LineError(.badPath, "the root cannot be moved, and nothing can get its name")
    }
    let ifExists = try Self.ifExists(request.ifExists)
    let kind = try store.status(of: path).kind
    switch kind {
    case .file:
      if target.isFolderHint { throw LineError(.wrongKind, "'\(target)/' names a folder, and '\(path)' is a file") }
    case .folder:
      try principal.requireRead(everythingIn: path)
      try principal.requireWrite(everythingIn: path)
    case .other: throw LineError(.wrongKind, "'\(path)' is neither a file nor a folder, and can only be removed")
    }
    let record = kind == .file ? try await hashes.hash(of: path) : nil
    for number in 0..<(ifExists == .keepBoth ? NumberedName.most : 1) {
      let candidate = try NumberedName.path(target, number: number, isFolder: kind == .folder)
      try principal.requireWrite(candidate)
      if kind == .folder { try principal.requireWrite(everythingIn: candidate) }
      let moved: MovedEntry
      let moment = hashes.moment()
      do {
        moved = try await store.move(path, to: candidate, kind: kind, replacing: ifExists == .replace)
      } catch let error as LineError where error.code == .exists && ifExists == .skip {
        return .skipped(PathAnswer(path: target.description))
      } catch let error as LineError
        where ifExists == .keepBoth && (error.code == .exists || error.code == .wrongKind && number > 0)
      {
        continue
      }
      if path.bytes != candidate.bytes {
        await noteMove(of: path, to: candidate, moved, record, since: moment, progress: progress)
      }
      return .done(PathAnswer(path: candidate.description))
    }
    throw LineError(.exists, "'\(target)' and \(NumberedName.most) numbered names are taken")
  }

  /// Records of hashes in one transaction at most, when a folder is moved: others wait for it.
  private static let recordsAtOnce = 5_000

  /// Brings the recorded hashes to where the files are now. The move itself is done: nothing here makes it fail.
  /// - Parameter moment: before the move; somebody may have stored other files under both names since.
  private func noteMove(
    of path: RemotePath, to target: RemotePath, _ moved: MovedEntry, _ record: RecordedHash?, since moment: FileTime,
    progress: () async throws -> Void
  ) async {
    // A hash that is not on record any more is computed again when it is asked for.
    if moved.after.kind == .folder {
      try? await hashes.forget(target, recordedBefore: moment)
      while (try? await hashes.moveContents(
        of: path, to: target, recordedBefore: moment, limit: Self.recordsAtOnce)) == true
      {
        try? await progress()
      }
      return
    }
    // The rename has changed the change time; whatever else differs, somebody else has changed.
    var expected = moved.before.version
    expected.changed = moved.after.version.changed
    if let record, record.version == moved.before.version, moved.after.version == expected {
      try? await hashes.record(RecordedHash(version: expected, digest: record.digest), for: target)
    } else {
      // What is on record there is of a file that was replaced: `verify` must not compare with it.
      try? await hashes.forget(target, recordedBefore: moment)
    }
    try? await hashes.forget(path, recordedBefore: moment)
  }
}
