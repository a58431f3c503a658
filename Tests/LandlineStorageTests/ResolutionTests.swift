import Glibc
import LandlineProtocol
import LandlineServices
import LandlineStorage
import Testing

/// Names and links that try to lead out, and kinds that are not what is asked for.
@Suite struct ResolutionTests {
  let place: Place
  /// Something outside the tree that must never be reached.
  let outside = Scratch()

  init() throws {
    place = try Place()
    try place.put("inside/file", "in")
    writeFile(outside.path + "/secret", Array("secret".utf8))
    symlink(outside.path, place.real("folderOut"))
    symlink(outside.path + "/secret", place.real("fileOut"))
    symlink("inside", place.real("folderIn"))
    symlink("inside/file", place.real("fileIn"))
    symlink("nowhere", place.real("dangling"))
  }

  @Test(arguments: ["fileOut", "fileIn", "dangling", "folderIn", "folderOut"])
  func aLinkIsOther(name: String) async throws {
    let path = try RemotePath(name)
    #expect(try place.store.status(of: path).kind == .other)
    #expect(code { _ = try place.store.openFile(path) } == .wrongKind)
    #expect(code { _ = try place.store.list(path, after: nil, limit: 9) } == .wrongKind)
    for replacing in [true, false] {
      #expect(code { try place.put(name, "x", replacing: replacing) } == .wrongKind)
    }
    // Only the link goes.
    try await place.store.remove(path)
    #expect(code { _ = try place.store.status(of: path) } == .notFound)
    #expect(readFile(outside.path + "/secret") == Array("secret".utf8))
    #expect(try place.get("inside/file") == "in")
  }

  @Test(arguments: ["folderOut/secret", "folderIn/file", "folderOut/new", "folderIn/deep/new"])
  func noWayLeadsOverALink(name: String) async throws {
    let path = try RemotePath(name)
    #expect(code { _ = try place.store.status(of: path) } == .wrongKind)
    #expect(code { _ = try place.store.openFile(path) } == .wrongKind)
    #expect(code { _ = try place.store.list(path, after: nil, limit: 9) } == .wrongKind)
    #expect(await asyncCode { try await place.store.remove(path) } == .wrongKind)
    #expect(code { try place.put(name, "x", replacing: true) } == .wrongKind)
    #expect(names(in: outside.path) == ["secret"])
    #expect(names(in: place.partial).isEmpty)
  }

  @Test(.timeLimit(.minutes(1))) func aFIFODoesNotHang() async throws {
    mkfifo(place.real("fifo"), 0o600)
    let path = try RemotePath("fifo")
    #expect(try place.store.status(of: path).kind == .other)
    #expect(code { _ = try place.store.openFile(path) } == .wrongKind)
    #expect(code { try place.put("fifo", "x", replacing: true) } == .wrongKind)
    try await place.store.remove(path)
  }

  @Test func aFolderIsNoFileAndTheReverse() async throws {
    #expect(code { _ = try place.store.openFile(RemotePath("inside")) } == .wrongKind)
    #expect(code { _ = try place.store.openFile(.root) } == .wrongKind)
    #expect(code { try place.put("inside", "x", replacing: true) } == .wrongKind)
    #expect(code { try place.put("inside", "x") } == .wrongKind)
    #expect(code { try place.put("inside/file/x", "x") } == .wrongKind)
    #expect(code { try place.put("new/", "x") } == .wrongKind)
    #expect(
      code { _ = try place.store.list(RemotePath("inside/file"), after: nil, limit: 1) }
        == .wrongKind)
    #expect(code { _ = try place.store.status(of: RemotePath("inside/file/")) } == .wrongKind)
    #expect(code { _ = try place.store.openFile(RemotePath("inside/file/")) } == .wrongKind)
    #expect(await asyncCode { try await place.store.remove(RemotePath("inside/file/")) } == .wrongKind)
    #expect(try place.store.status(of: RemotePath("inside/")).kind == .folder)
    #expect(try place.store.status(of: .root).kind == .folder)
  }

  @Test func whatIsNotThere() async throws {
    #expect(code { _ = try place.store.status(of: RemotePath("a/b")) } == .notFound)
    #expect(code { _ = try place.store.openFile(RemotePath("a")) } == .notFound)
    #expect(code { _ = try place.store.list(RemotePath("a"), after: nil, limit: 1) } == .notFound)
    #expect(await asyncCode { try await place.store.remove(RemotePath("a/b")) } == .notFound)
  }

  @Test func longNamesAndPaths() async throws {
    let name = String(repeating: "n", count: 255)
    let emoji = String(repeating: "🎉", count: 63) + "abc"
    try place.put("\(name)/\(emoji)", "long")
    #expect(try place.get("\(name)/\(emoji)") == "long")

    // 4,095 bytes are the most that the kernel takes, and the protocol allows no more.
    let deep = Array(repeating: name, count: 16).joined(separator: "/")
    #expect(deep.utf8.count == 4_095)
    try place.put(deep, "deep")
    #expect(try place.get(deep) == "deep")
    try await place.store.remove(RemotePath(deep))
    #expect(throws: LineError.self) { try RemotePath(deep + "n") }
    let many = Array(repeating: "d", count: 128).joined(separator: "/")
    try place.put(many, "many")
    #expect(try place.get(many) == "many")
  }
}
