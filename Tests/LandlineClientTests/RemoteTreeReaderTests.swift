import LandlineProtocol
import Testing

@testable import LandlineClient

/// Names that come from a peer.
@Suite struct RemoteTreeReaderTests {
  private func entry(_ name: String, _ kind: String = "file", size: Int = 1) -> String {
    #"{"name":"\#(name)","kind":"\#(kind)",\#(kind == "file" ? #""size":\#(size),"# : "")"mtime":1,"mtimeNanos":2}"#
  }

  private func read(_ bodies: [String]...) throws -> FileTree {
    var reader = RemoteTreeReader()
    for body in bodies { try reader.read(Array("[\(body.joined(separator: ","))]".utf8)) }
    return reader.finish(root: "root")
  }

  private func paths(_ tree: FileTree) -> [String] { (0..<tree.count).map { tree.path($0) } }

  @Test func overSeveralBodies() throws {
    let tree = try read(
      [entry("a"), entry("b", "folder"), entry("b/c", "folder"), entry("b/c/d")],
      [entry("b/c/e"), entry("b/x"), entry("b-"), entry("c", "other")], [])
    #expect(paths(tree) == ["a", "b", "b/c", "b/c/d", "b/c/e", "b/x", "b-", "c"])
    #expect(Array(tree.children(of: nil)) == [0, 1, 6, 7])
    #expect(tree.descendants(of: 1) == 2..<6)
    #expect(tree[7].kind == .other)
    #expect(tree.files == 5 && tree.bytes == 5)
  }

  @Test func whatIsNotTakenAlongHasANotice() throws {
    let part = ".a.landline-part"
    let tree = try read([entry(part), entry("b", "folder"), entry("b/c", "other"), entry("b/d")])
    #expect(tree.notices.map { tree.place(of: $0) } == ["root/\(part)", "root/b/c"])
    #expect(tree.notices.map(\.kind) == [.part, .other] && !tree.notices.contains { $0.isFailure })
    #expect(tree.downloads(below: "").map(\.name) == ["root/b/d"])
  }

  @Test func whatTheServerLeavesOutIsAFailure() throws {
    #expect(RemoteTreeReader().finish(root: "").notices.isEmpty)
    let tree = RemoteTreeReader().finish(root: "", omitted: 3)
    #expect(tree.notices.map(\.isFailure) == [true])
    #expect(tree.reason(of: tree.notices[0]).hasPrefix("3 names"))
  }

  @Test func sizesThatAServerMakesUp() throws {
    let largest = Int.max
    let tree = try read([entry("a", size: largest), entry("b", size: largest), entry("c", size: 0)])
    #expect(tree.bytes == Int64.max)
    for size in ["-1", "9223372036854775808", "1e30", "1.5", "-9223372036854775808"] {
      for more in ["", #","x":[1]"#] {
        let body = #"[{"name":"a","kind":"file","size":\#(size),"mtime":1,"mtimeNanos":2\#(more)}]"#
        var reader = RemoteTreeReader()
        #expect(throws: ClientError.self, "\(body)") { try reader.read(Array(body.utf8)) }
      }
    }
  }

  @Test func foldersThatMayNotBeSeen() throws {
    let tree = try read([entry("a/b/c"), entry("a/b/d"), entry("a/e"), entry("z/y")])
    #expect(paths(tree) == ["a", "a/b", "a/b/c", "a/b/d", "a/e", "z", "z/y"])
    #expect(tree[0].kind == .folder && tree[1].kind == .folder)
  }

  @Test func escapesAndWhatOnlyTheGeneralDecoderReads() throws {
    let tree = try read([
      entry("\\u0061\\\\"), #"{"name":"b","kind":"file","size":1,"mtime":1,"mtimeNanos":2,"x":[1]}"#,
    ])
    #expect(paths(tree) == ["a\\", "b"])
  }

  @Test(arguments: [
    [".."], ["."], [""], ["/a"], ["a/"], ["a//b"], ["../a"], ["a/../b"], ["a\\u0000b"], ["a\\nb"], ["a\\u007f"],
    ["b", "a"], ["a", "a"], ["a/b", "a/a"], ["a/b", "c", "a/d"],
    [String(repeating: "x", count: 256)], [Array(repeating: "d", count: 130).joined(separator: "/")],
  ])
  func refuses(_ names: [String]) {
    #expect(throws: ClientError.self) { try read(names.map { entry($0) }) }
  }

  @Test func aFolderTwice() {
    #expect(throws: ClientError.self) { try read([entry("a", "folder"), entry("a/b"), entry("a", "folder")]) }
    // What is in something that is no folder.
    #expect(throws: ClientError.self) { try read([entry("a"), entry("a/b")]) }
  }

  @Test(arguments: ["{}", "x", #"[{"name":"a"}]"#, #"[{"kind":"file","mtime":1,"mtimeNanos":0}]"#])
  func garbage(_ body: String) {
    var reader = RemoteTreeReader()
    #expect(throws: ClientError.self) { try reader.read(Array(body.utf8)) }
  }

  @Test func hashes() throws {
    let digest = Digest256(hashing: [])
    let tree = try read([
      entry("a"), #"{"name":"b","kind":"file","size":0,"mtime":1,"mtimeNanos":2,"sha256":"\#(digest)"}"#, entry("c"),
    ])
    #expect(tree.sha256(0) == nil && tree.sha256(1) == digest && tree.sha256(2) == nil)
  }
}
