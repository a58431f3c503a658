import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

/// What the grants of a role allow of trees, moves, folders and removals, with real files.
@Suite struct FolderGrantTests {
  let place: Place
  let files: FileService

  init() throws {
    place = try Place(in: "/dev/shm")
    files = FileService(
      store: place.store, hashes: try SQLiteStore(folder: place.folder), uploads: UploadRegistry())
    for path in ["in/a/x", "in/a/y.txt", "in/b/c/z", "out/a", "top"] { try place.put(path, path) }
  }

  private func clerk(_ grants: String...) -> Principal {
    Principal(
      accountID: 1, account: "c", role: "clerk", credential: .device(id: "d"), grants: grants.compactMap { Grant($0) })
  }

  /// Every name in the tree.
  private func everything() throws -> [String] {
    let walk = try place.store.walk(.root, where: nil)
    return try walk.next().map { String(decoding: $0.name, as: UTF8.self) }
  }

  private func tree(_ path: String, by principal: Principal) async throws -> [String] {
    let tree = try files.tree(TreeRequest(path: path), by: principal)
    var found: [String] = []
    while !tree.isOver { found += try await tree.next {}.map { String(decoding: $0.entry.name, as: UTF8.self) } }
    return found
  }

  @Test func aTreeLeavesOutWhatMayNotBeRead() async throws {
    let all = try everything()
    #expect(all.count == 10)
    #expect(try await tree("", by: .local) == all)
    #expect(try await tree("", by: clerk("files.read=**")) == all)
    #expect(try await tree("in", by: clerk("files.read=in/**")) == ["a", "a/x", "a/y.txt", "b", "b/c", "b/c/z"])
    #expect(try await tree("in", by: clerk("files.read=in/a/**", "files.read=in")) == ["a", "a/x", "a/y.txt"])
    #expect(
      try await tree("in", by: clerk("files.read=in/*", "files.read=in", "files.read=**/*.txt")) == [
        "a", "a/y.txt", "b",
      ])
    // What is in a folder that may not be read is not shown, even if it could be.
    #expect(try await tree("in", by: clerk("files.read=in", "files.read=in/b/c/z")) == [])
    #expect(try await tree("in/b/c", by: clerk("files.read=in/b/c/**")) == ["z"])
    for principal in [clerk("files.read=in/*"), clerk("files.write=**"), clerk()] {
      #expect(await asyncCode { _ = try await tree("in", by: principal) } == .forbidden)
    }
  }

  private func remove(_ path: String, by principal: Principal) async -> ErrorCode? {
    await asyncCode {
      try await files.remove(
        RemoveRequest(path: path, recursive: true), by: principal, gone: { _ in }, progress: { _ in })
    }
  }

  @Test func nothingIsRemovedThatMayNotBe() async throws {
    let all = try everything()
    for (path, principal) in [
      ("in", clerk("files.write=in/a/**", "files.write=in")), ("in", clerk("files.write=in/*", "files.write=in")),
      ("in", clerk("files.write=in")), ("in", clerk("files.read=**")), ("in/a", clerk("files.write=in/a/*")),
      ("in/a", clerk("files.write=in/a", "files.write=in/a/*.txt")), ("top", clerk("files.write=in/**")),
    ] {
      #expect(await remove(path, by: principal) == .forbidden, "\(path) by \(principal.grants)")
    }
    #expect(try everything() == all)
    #expect(await remove("", by: .local) == .badPath)
    #expect(await remove("nothing", by: .local) == .notFound)
  }

  @Test func whatMayBeRemovedGoes() async throws {
    // By a grant that covers whatever can be in it, and by grants for just what is in it.
    #expect(await remove("in/b", by: clerk("files.write=in/b/**")) == nil)
    #expect(await remove("in/a", by: clerk("files.write=in/a", "files.write=in/a/*")) == nil)
    #expect(await remove("top", by: clerk("files.write=top")) == nil)
    #expect(try everything() == ["in", "out", "out/a"])
  }

  private func move(_ path: String, _ target: String, _ ifExists: IfExists = .fail, by principal: Principal) async
    -> ErrorCode?
  {
    await asyncCode {
      _ = try await files.move(MoveRequest(path: path, to: target, ifExists: ifExists), by: principal) {}
    }
  }

  @Test func nothingIsMovedThatMayNotBe() async throws {
    let all = try everything()
    let may = ["files.read=in/a/**", "files.write=in/a/**", "files.write=new/**"]
    for missing in may.indices {
      var grants = may
      grants.remove(at: missing)
      // Also with a grant for the name alone, or for what happens to be in it: more may be, at the moment of the move.
      for instead in [
        "chat.rooms=**", "\(may[missing].dropLast(3))", "\(may[missing].dropLast(1))", "files.write=**/x",
      ] {
        let clerk = Principal(
          accountID: 1, account: "c", role: "clerk", credential: .device(id: "d"),
          grants: (grants + [instead]).compactMap { Grant($0) })
        #expect(await move("in/a", "new", by: clerk) == .forbidden, "\(clerk.grants)")
      }
    }
    for principal in [
      clerk("files.read=in/a/x", "files.write=in/a/x"), clerk("files.read=in/a/x", "files.write=new/x"),
      clerk("files.write=in/a/x", "files.write=new/x"),
    ] {
      #expect(await move("in/a/x", "new/x", by: principal) == .forbidden)
    }
    // Not even whether it is there is told.
    #expect(await move("in/nothing", "new/x", by: clerk("files.write=**")) == .forbidden)
    #expect(try everything() == all)
  }

  @Test func whatMayBeMovedGoes() async throws {
    let clerk = clerk(
      "files.read=in/**", "files.write=in/a/**", "files.write=new/**", "files.write=in/b/c/z", "files.write=z")
    #expect(await move("in/a", "new/a", by: clerk) == nil)
    #expect(await move("in/b/c/z", "z", by: clerk) == nil)
    #expect(
      try everything() == [
        "in", "in/b", "in/b/c", "new", "new/a", "new/a/x", "new/a/y.txt", "out", "out/a", "top", "z",
      ])
  }

  @Test func aNumberedNameNeedsItsGrant() async throws {
    let clerk = clerk("files.read=**", "files.write=in/a/x", "files.write=top")
    #expect(await move("in/a/x", "top", .keepBoth, by: clerk) == .forbidden)
    #expect(try place.get("top") == "top")
    #expect(await move("in/a/x", "top", .keepBoth, by: .local) == nil)
    #expect(try place.get("top (1)") == "in/a/x")
  }

  @Test func eachWayWithANameThatIsTaken() async throws {
    #expect(await move("in/a/x", "top", .fail, by: .local) == .exists)
    #expect(await move("in/a/x", "top", .skip, by: .local) == nil)
    #expect(try place.get("top") == "top")
    #expect(await move("in/a/x", "in", .skip, by: .local) == .wrongKind)
    #expect(await move("in/a/x", "in", .keepBoth, by: .local) == .wrongKind)
    #expect(await move("in/a/x", "top", .replace, by: .local) == nil)
    #expect(try place.get("top") == "in/a/x")
    #expect(await move("in/a", "in/b", .fail, by: .local) == .exists)
    #expect(await move("in/a", "in/b", .skip, by: .local) == nil)
    #expect(await move("in/a", "in/b", .replace, by: .local) == .wrongKind)
    // A folder's number goes to the end of its name.
    try place.put("v1.2/file", "x")
    #expect(await move("in/a", "v1.2", .keepBoth, by: .local) == nil)
    #expect(try place.get("v1.2 (1)/y.txt") == "in/a/y.txt")
    #expect(await move("in", "in/b/x", by: .local) == .badPath)
    #expect(await move("", "x", by: .local) == .badPath)
    #expect(await move("in", "", by: .local) == .badPath)
    #expect(await move("top", "new/", by: .local) == .wrongKind)
    #expect(await move("top/", "new", by: .local) == .wrongKind)
    #expect(await move("in/", "new/", by: .local) == nil)
    symlink("top", place.real("link"))
    #expect(await move("link", "other", by: .local) == .wrongKind)
  }

  @Test func makingFoldersNeedsTheGrant() async throws {
    func make(_ path: String, _ ifExists: String? = nil, by principal: Principal) async -> ErrorCode? {
      var request = MakeFolderRequest(path: path)
      request.ifExists = ifExists
      return await asyncCode { _ = try await files.makeFolder(request, by: principal) }
    }
    #expect(await make("new/a", by: clerk("files.read=**", "files.write=new")) == .forbidden)
    #expect(status(place.real("new")) == nil)
    #expect(await make("new/a", by: clerk("files.write=new/*")) == nil)
    #expect(await make("new/a", by: .local) == .exists)
    #expect(await make("new/a/", "skip", by: .local) == nil)
    #expect(await make("top", "skip", by: .local) == .wrongKind)
    #expect(await make("", "skip", by: .local) == nil)
    for choice in ["replace", "keep-both", "x"] { #expect(await make("new/b", choice, by: .local) == .badRequest) }
  }
}
