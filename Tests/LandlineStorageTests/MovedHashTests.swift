import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

/// What is on record of files that are moved and removed, by path and by service.
@Suite struct MovedHashTests {
  let place: Place
  let hashes: SQLiteStore
  let files: FileService

  init() throws {
    place = try Place(in: "/dev/shm")
    hashes = try SQLiteStore(folder: place.folder)
    files = FileService(store: place.store, hashes: hashes, uploads: UploadRegistry())
  }

  private func record(_ path: String) async throws -> RecordedHash {
    let hash = RecordedHash(
      version: FileVersion(
        device: 1, inode: 2, size: 3, modified: FileTime(seconds: 4, nanoseconds: 5),
        changed: FileTime(seconds: 6, nanoseconds: 7)), digest: .random())
    try await hashes.record(hash, for: RemotePath(path))
    return hash
  }

  private func store(_ path: String, _ content: String) async throws {
    let status = try place.put(path, content)
    // Where times are coarse a record counts only some milliseconds later.
    while !FileTime.now().isSafely(after: status.version.changed) { await Task.yield() }
    try await hashes.record(
      RecordedHash(version: status.version, digest: Digest256(hashing: content.utf8)), for: RemotePath(path))
  }

  private func known(_ path: String) async throws -> Digest256? {
    try await files.stat(path, by: .local).sha256
  }

  @Test(arguments: [1, 3, 100]) func aFoldersRecordsMoveByTheirPrefix(limit: Int) async throws {
    let paths = ["a", "a/b", "a/b/c", "a/é 🎉", "a!", "a0", "ab", "b", "a/\u{7F}"]
      .filter { (try? RemotePath($0)) != nil }
    var expected: [String: RecordedHash] = [:]
    for path in paths { expected[path] = try await record(path) }
    // What is on record below the new name is of files that were there once.
    _ = try await record("z/y/b")
    let moment = hashes.moment()
    try await hashes.forget(RemotePath("z/y"), recordedBefore: moment)
    while try await hashes.moveContents(
      of: RemotePath("a"), to: RemotePath("z/y"), recordedBefore: moment, limit: limit)
    {}
    for path in paths {
      let isBelow = path.hasPrefix("a/")
      #expect(try await hashes.hash(of: RemotePath(path)) == (isBelow ? nil : expected[path]))
      if isBelow {
        #expect(try await hashes.hash(of: RemotePath("z/y" + path.dropFirst())) == expected[path])
      }
    }
  }

  @Test func whatIsStoredDuringAMoveKeepsItsRecord() async throws {
    for path in ["a/again", "a/over", "a/plain", "z/before"] { _ = try await record(path) }
    let plain = try await hashes.hash(of: RemotePath("a/plain"))
    let moment = hashes.moment()
    // The folder has its new name; now somebody stores files under both.
    let again = try await record("a/again")
    let over = try await record("z/over")
    try await hashes.forget(RemotePath("z"), recordedBefore: moment)
    while try await hashes.moveContents(of: RemotePath("a"), to: RemotePath("z"), recordedBefore: moment, limit: 2) {}
    let expected = [
      "a/again": again, "a/over": nil, "a/plain": nil, "z/again": nil, "z/before": nil, "z/over": over,
      "z/plain": plain,
    ]
    for (path, record) in expected { #expect(try await hashes.hash(of: RemotePath(path)) == record) }
  }

  @Test func manyAtOnceAreThoseOfEach() async throws {
    var expected: [RecordedHash?] = []
    var paths: [RemotePath] = []
    for number in 0..<300 {
      paths.append(try RemotePath("f/\(number)"))
      expected.append(number.isMultiple(of: 3) ? nil : try await record("f/\(number)"))
    }
    #expect(try await hashes.hashes(of: paths) == expected)
    #expect(try await hashes.hashes(of: []).isEmpty)
  }

  @Test func aMovedFileKeepsItsHash() async throws {
    try await store("a/file", "content")
    _ = try await files.move(MoveRequest(path: "a/file", to: "b/name"), by: .local) {}
    if Kernel.hasFineTimes { #expect(try await known("b/name") == Digest256(hashing: "content".utf8)) }
    #expect(try await hashes.hash(of: RemotePath("a/file")) == nil)
  }

  @Test func aFileThatWasEditedTakesNoHashAlong() async throws {
    try await store("file", "content")
    writeFile(place.real("file"), Array("CONTENT".utf8))
    _ = try await files.move(MoveRequest(path: "file", to: "name"), by: .local) {}
    #expect(try await known("name") == nil)
  }

  @Test func aFileThatReplacesBringsItsOwnHash() async throws {
    try await store("new", "new")
    try await store("old", "old")
    _ = try await files.move(MoveRequest(path: "new", to: "old", ifExists: .replace), by: .local) {}
    if Kernel.hasFineTimes { #expect(try await known("old") == Digest256(hashing: "new".utf8)) }
    writeFile(place.real("unknown"), Array("x".utf8))
    _ = try await files.move(MoveRequest(path: "unknown", to: "old", ifExists: .replace), by: .local) {}
    #expect(try await known("old") == nil)
    // Nor is it compared with what it replaced.
    #expect(try await files.verify("old", by: .local) { _, _ in }.verdict == .new)
  }

  @Test func aMovedFolderKeepsTheHashesInIt() async throws {
    for name in ["a/x", "a/b/y", "a/b/c/z"] { try await store(name, name) }
    _ = try await files.move(MoveRequest(path: "a", to: "new/a"), by: .local) {}
    for name in ["a/x", "a/b/y", "a/b/c/z"] {
      #expect(try await known("new/" + name) == Digest256(hashing: name.utf8))
      #expect(try await hashes.hash(of: RemotePath(name)) == nil)
    }
  }

  @Test func whatIsRemovedIsForgotten() async throws {
    for name in ["a/x", "a/b/y", "ab"] { try await store(name, name) }
    try await files.remove(RemoveRequest(path: "a", recursive: true), by: .local, gone: { _ in }, progress: { _ in })
    for name in ["a/x", "a/b/y"] { #expect(try await hashes.hash(of: RemotePath(name)) == nil) }
    #expect(try await known("ab") != nil)
  }

  @Test func aTreeKnowsItsHashesOrComputesThem() async throws {
    for number in 0..<20 { try await store("a/\(number)", "known \(number)") }
    writeFile(place.real("a/new"), Array("new".utf8))
    symlink("new", place.real("a/link"))
    mkdir(place.real("a/folder"), 0o755)
    for _ in 0..<2 {
      let tree = try files.tree(TreeRequest(path: "a", sha256: true), by: .local)
      var found: [String: Digest256] = [:]
      while !tree.isOver {
        for item in try await tree.next(progress: {}) {
          if let sha256 = item.sha256 { found[String(decoding: item.entry.name, as: UTF8.self)] = sha256 }
        }
      }
      #expect(found.count == 21)
      #expect(found["new"] == Digest256(hashing: "new".utf8))
      for number in 0..<20 { #expect(found["\(number)"] == Digest256(hashing: "known \(number)".utf8)) }
      #expect(tree.total == TreeAnswer(files: 21, folders: 1, bytes: 20 * 7 + 10 + 3))
    }
    #expect(
      try await hashes.hash(of: RemotePath("a/new"))?.digest == Digest256(hashing: "new".utf8) || !Kernel.hasFineTimes)
    // Who does not ask gets none.
    let tree = try files.tree(TreeRequest(path: "a"), by: .local)
    #expect(try await tree.next(progress: {}).allSatisfy { $0.sha256 == nil })
  }
}
