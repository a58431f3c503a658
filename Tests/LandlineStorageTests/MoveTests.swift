import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct MoveTests {
  let place: Place

  init() throws {
    place = try Place(in: "/dev/shm")
  }

  @discardableResult
  private func move(_ path: String, _ target: String, kind: EntryKind = .file, replacing: Bool = false) async throws
    -> MovedEntry
  {
    try await place.store.move(RemotePath(path), to: RemotePath(target), kind: kind, replacing: replacing)
  }

  @Test func aFileKeepsEverythingButItsName() async throws {
    let modified = FileTime(seconds: 1_000_000_000, nanoseconds: 123_456_789)
    let stored = try place.put("a/file", "content", modified: modified, executable: true)
    let moved = try await move("a/file", "new/folders/é 🎉")
    #expect(moved.before == stored)
    #expect(moved.after == (try place.store.status(of: RemotePath("new/folders/é 🎉"))))
    #expect(moved.after.modified == modified && moved.after.executable)
    #expect(moved.after.version.isSameFile(as: stored.version))
    #expect(try place.get("new/folders/é 🎉") == "content")
    #expect(names(in: place.real("a")).isEmpty)
  }

  @Test func aFolderTakesEverythingAlong() async throws {
    for path in ["a/b/c", "a/d"] { try place.put(path, path) }
    try await move("a", "z/y", kind: .folder)
    #expect(try place.get("z/y/b/c") == "a/b/c")
    #expect(names(in: place.real("")) == ["z"])
  }

  /// What has the name, what is moved, whether it replaces: how it ends.
  @Test(
    arguments: [
      ("file", "file", false, ErrorCode.exists), ("file", "file", true, nil), ("file", "folder", false, .wrongKind),
      ("file", "folder", true, .wrongKind), ("folder", "file", false, .wrongKind), ("folder", "file", true, .wrongKind),
      ("folder", "folder", false, .exists), ("folder", "folder", true, .wrongKind),
      ("other", "file", false, .wrongKind),
      ("other", "file", true, .wrongKind), ("other", "folder", true, .wrongKind), ("empty", "folder", false, .exists),
      ("empty", "folder", true, .wrongKind), ("empty", "file", true, .wrongKind),
    ] as [(String, String, Bool, ErrorCode?)])
  func takenNames(taken: String, moved: String, replacing: Bool, expected: ErrorCode?) async throws {
    try place.put("to/file", "old")
    try place.put("to/folder/inner", "old")
    mkdir(place.real("to/empty"), 0o755)
    symlink("file", place.real("to/other"))
    try place.put("from/file", "new")
    try place.put("from/folder/inner", "new")
    let kind: EntryKind = moved == "file" ? .file : .folder
    let found = await asyncCode { try await move("from/\(moved)", "to/\(taken)", kind: kind, replacing: replacing) }
    #expect(found == expected)
    if expected != nil {
      #expect(try place.get("to/file") == "old" && place.get("to/folder/inner") == "old")
      #expect(try place.get("from/file") == "new" && place.get("from/folder/inner") == "new")
      #expect(status(place.real("to/other")).map { $0.st_mode & S_IFMT } == S_IFLNK)
      #expect(names(in: place.real("to")) == ["empty", "file", "folder", "other"])
    } else {
      #expect(try place.get("to/file") == "new")
      #expect(status(place.real("from/file")) == nil)
    }
  }

  @Test func notIntoItself() async throws {
    try place.put("a/b/file", "x")
    for target in ["a/b/c", "a/b/c/d", "a/b/file/x"] {
      #expect(await asyncCode { try await move("a/b", target, kind: .folder) } == .badPath)
    }
    // Its own name is a name that is taken.
    #expect(await asyncCode { try await move("a/b", "a/b", kind: .folder) } == .exists)
    #expect(await asyncCode { try await move("a/b/file", "a/b/file") } == .exists)
    #expect(await asyncCode { try await move("a/b/file", "a/b/file/x") } == .wrongKind)
    try await move("a/b/file", "a/b/file", replacing: true)
    // A name that only begins alike is another one.
    try await move("a/b", "a/bc/d", kind: .folder)
    #expect(try place.get("a/bc/d/file") == "x")
    #expect(names(in: place.real("a")) == ["bc"])
  }

  @Test func whatIsNotThereMakesNoFolders() async throws {
    #expect(await asyncCode { try await move("nothing", "new/name") } == .notFound)
    #expect(await asyncCode { try await move("no/thing", "new/name") } == .notFound)
    #expect(await asyncCode { try await move("nothing", "") } == .badPath)
    #expect(names(in: place.real("")).isEmpty)
  }

  @Test func whatBecameAnotherKindStays() async throws {
    try place.put("folder/file", "x")
    #expect(await asyncCode { try await move("folder", "new", kind: .file) } == .changed)
    #expect(await asyncCode { try await move("folder/file", "new", kind: .folder) } == .changed)
    #expect(try place.get("folder/file") == "x")
  }

  @Test func twoNamesOfOneFileBecomeOne() async throws {
    try place.put("a", "x")
    link(place.real("a"), place.real("b"))
    try await move("a", "b", replacing: true)
    #expect(names(in: place.real("")) == ["b"])
    #expect(try place.get("b") == "x")
  }

  /// Whoever removes the new name at the same time may win or lose; the file keeps a name if the move was the last.
  @Test func twoNamesOfOneFileAreNeverBothLost() async throws {
    for round in 0..<300 {
      let (old, new) = ("old\(round)", "new\(round)")
      try place.put(old, "x")
      link(place.real(old), place.real(new))
      let remover = Task.detached { [path = place.real(new)] in
        await Task.yield()
        return unlink(path) == 0
      }
      let code = await asyncCode { try await move(old, new, replacing: true) }
      let isRemoved = await remover.value
      // What was removed behind the move, and before it could be looked at, is not found.
      #expect(code == nil || code == .notFound && isRemoved)
      #expect(status(place.real(old)) == nil)
      // Removed before the name was given, it is there; removed behind that, it is what they wanted.
      #expect(isRemoved || status(place.real(new)) != nil)
    }
    #expect(names(in: place.real("../landline/partial")).isEmpty)
  }

  @Test func noLinkIsFollowed() async throws {
    let outside = Scratch(in: "/dev/shm")
    writeFile(outside.path + "/secret", Array("secret".utf8))
    symlink(outside.path, place.real("out"))
    try place.put("file", "x")
    #expect(await asyncCode { try await move("out/secret", "mine") } == .wrongKind)
    #expect(await asyncCode { try await move("file", "out/file") } == .wrongKind)
    #expect(await asyncCode { try await move("file", "out/new/file") } == .wrongKind)
    #expect(names(in: outside.path) == ["secret"])
    #expect(names(in: place.real("")) == ["file", "out"])
  }

  @Test func whereRenameCannotRefuse() throws {
    for path in ["a/file", "b/file"] { try place.put(path, path) }
    mkdir(place.real("empty"), 0o755)
    writeFile(place.real("x"), [])
    func moveOverOwn(_ name: String, _ target: String) -> Int32 {
      Rename.moveOverOwn(
        cString(name.utf8), in: place.folder.files, to: cString(target.utf8), in: place.folder.files)
    }
    #expect(moveOverOwn("a", "b") == EEXIST)
    #expect(moveOverOwn("a", "empty") == EEXIST)
    #expect(moveOverOwn("a", "x") == EEXIST)
    #expect(moveOverOwn("nothing", "new") == ENOENT)
    #expect(moveOverOwn("a", "new") == 0)
    #expect(names(in: place.real("")) == ["b", "empty", "new", "x"])
    #expect(try place.get("new/file") == "a/file")
  }

  @Test func settledFoldersAreForgottenWithWhatIsBelow() {
    let folders = SettledFolders()
    let version = FileVersion(
      device: 1, inode: 2, size: 0, modified: FileTime(seconds: 0, nanoseconds: 0),
      changed: FileTime(seconds: 0, nanoseconds: 0))
    let identity = SettledFolders.Identity(version)
    let paths = ["a", "a/b", "a/b/c", "a-", "a.", "ab", "b/a"].map { Array($0.utf8) }
    folders.insert(paths.map { ($0, identity) }, since: 0)
    folders.forget(below: Array("a".utf8))
    #expect(paths.filter { folders.contains($0, identity) } == ["a-", "a.", "ab", "b/a"].map { Array($0.utf8) })
  }

  @Test func whatWasForgottenMeanwhileIsNotSettled() {
    let folders = SettledFolders()
    let version = FileVersion(
      device: 1, inode: 2, size: 0, modified: FileTime(seconds: 0, nanoseconds: 0),
      changed: FileTime(seconds: 0, nanoseconds: 0))
    let identity = SettledFolders.Identity(version)
    for forget in [{ folders.forget([1]) }, { folders.forget(below: [1]) }] {
      let generation = folders.generation
      // Removed and made again with the same inode, while it was made durable.
      forget()
      folders.insert([([1], identity)], since: generation)
      #expect(!folders.contains([1], identity))
    }
    folders.insert([([1], identity)], since: folders.generation)
    #expect(folders.contains([1], identity))
  }

  @Test func afterAMoveTheNewWayIsMadeDurable() async throws {
    // What was known of the old names is not believed of other folders that get them.
    try place.put("a/b/file", "1")
    try await move("a", "c", kind: .folder)
    try place.put("a/b/file", "2")
    try await move("a/b", "d", kind: .folder)
    try await move("c/b", "a/b", kind: .folder)
    #expect(try place.get("a/b/file") == "1")
    #expect(try place.get("d/file") == "2")
  }

  @Test func makesFolders() async throws {
    let path = try RemotePath("a/b/c")
    try await place.store.makeFolder(path)
    #expect(mode(place.real("a/b/c")) == 0o755)
    #expect(await asyncCode { try await place.store.makeFolder(path) } == .exists)
    #expect(await asyncCode { try await place.store.makeFolder(.root) } == .exists)
    try place.put("file", "x")
    symlink("a", place.real("link"))
    #expect(await asyncCode { try await place.store.makeFolder(RemotePath("file")) } == .wrongKind)
    #expect(await asyncCode { try await place.store.makeFolder(RemotePath("file/x")) } == .wrongKind)
    #expect(await asyncCode { try await place.store.makeFolder(RemotePath("link")) } == .wrongKind)
    #expect(await asyncCode { try await place.store.makeFolder(RemotePath("link/x")) } == .wrongKind)
    #expect(names(in: place.real("a")) == ["b"])
  }

  @Test func oneOfManyMakesAFolder() async throws {
    for round in 0..<20 {
      let store = place.store
      let made = await withTaskGroup(of: ErrorCode?.self) { group in
        for _ in 0..<8 {
          group.addTask { await asyncCode { try await store.makeFolder(RemotePath("r\(round)/x/y")) } }
        }
        return await group.reduce(into: [ErrorCode?]()) { $0.append($1) }
      }
      #expect(made.count { $0 == nil } == 1)
      #expect(made.count { $0 == .exists } == 7)
    }
  }
}
