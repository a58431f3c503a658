import Glibc
import LandlineClient
import LandlineProtocol
import Testing

@Suite struct LocalWalkTests {
  private func lines(_ tree: FileTree) -> [String] {
    (0..<tree.count).map { index in
      let entry = tree[index]
      return "\(tree.path(index)) \(entry.kind) \(entry.size)\(entry.isExecutable ? " x" : "")"
    }
  }

  @Test func folderBeforeContentAndNamesInTheOrderOfBytes() async throws {
    let scratch = try Scratch()
    scratch.folder("sub")
    scratch.folder("sub/c")
    scratch.folder("empty")
    scratch.file("z.txt", "zz")
    scratch.file("a.txt", "a", mode: 0o755)
    scratch.file("sub-x")
    scratch.file("sub/b.txt", "bbb", seconds: -5, nanoseconds: 7)
    scratch.file("ä")
    let tree = try await FileTree.local(scratch.path)
    #expect(
      lines(tree) == [
        "a.txt file 1 x", "empty folder 0", "sub folder 0", "sub/b.txt file 3", "sub/c folder 0", "sub-x file 0",
        "z.txt file 2", "ä file 0",
      ])
    #expect(tree[3].modified == FileTime(seconds: -5, nanoseconds: 7))
    #expect(tree.files == 5 && tree.folders == 3 && tree.bytes == 6)
    #expect(Array(tree.children(of: nil)) == [0, 1, 2, 5, 6, 7])
    #expect(Array(tree.children(of: 2)) == [3, 4])
    #expect(tree.descendants(of: 2) == 3..<5)
    #expect(tree.parent(of: 3) == 2 && tree.parent(of: 0) == nil)
    #expect(tree.uploads(below: "x").map(\.name).count == 7)
    #expect(tree.notices.isEmpty)
  }

  @Test func linksAreLeftOutAndNamed() async throws {
    let scratch = try Scratch()
    scratch.file("a", "content")
    scratch.folder("folder")
    scratch.file("folder/b")
    scratch.link("link", to: "a")
    scratch.link("nowhere", to: "nothing")
    scratch.link("there", to: "folder")
    let tree = try await FileTree.local(scratch.path)
    #expect(
      lines(tree) == [
        "a file 7", "folder folder 0", "folder/b file 0", "link other 0", "nowhere other 0", "there other 0",
      ])
    #expect(tree.notices.map(\.kind) == [.link, .link, .link])
    #expect(!tree.notices.contains { $0.isFailure })
    #expect(tree.place(of: tree.notices[0]) == "\(scratch.path)/link")
  }

  @Test func linksAreFollowedAndLoopsEnd() async throws {
    let scratch = try Scratch()
    scratch.file("a", "content")
    scratch.folder("folder")
    scratch.file("folder/b")
    scratch.link("folder/back", to: "..")
    scratch.link("folder/self", to: ".")
    scratch.link("link", to: "a")
    scratch.link("nowhere", to: "nothing")
    scratch.link("there", to: "folder")
    let tree = try await FileTree.local(scratch.path, followsLinks: true)
    #expect(
      lines(tree) == [
        "a file 7", "folder folder 0", "folder/b file 0", "folder/back other 0", "folder/self other 0", "link file 7",
        "nowhere other 0", "there folder 0", "there/b file 0", "there/back other 0", "there/self other 0",
      ])
    #expect(tree.notices.map(\.kind) == [.loop, .loop, .unreadable, .loop, .loop])
    #expect(tree.notices.map(\.isFailure) == [false, false, true, false, false])
  }

  @Test func namesThatCannotTravel() async throws {
    let scratch = try Scratch()
    scratch.file(bytes: [0x66, 0xFF])
    scratch.file("new\nline")
    scratch.file("good")
    scratch.file(".good.landline-part", "half")
    scratch.file(".landline-part", "not one")
    let tree = try await FileTree.local(scratch.path)
    #expect(tree.files == 2)
    #expect(tree.notices.map(\.kind) == [.name, .name])
    #expect(tree.notices.allSatisfy { $0.isFailure && !tree.reason(of: $0).isEmpty })
    #expect(tree.place(of: tree.notices[1]).hasSuffix("new\nline"))
  }

  @Test func whatIsNoFileIsNotOpened() async throws {
    let scratch = try Scratch()
    mkfifo("\(scratch.path)/pipe", 0o644)
    let tree = try await FileTree.local(scratch.path)
    #expect(lines(tree) == ["pipe other 0"])
    #expect(tree.notices.map(\.kind) == [.special])
  }

  @Test func onlyFolders() async throws {
    let scratch = try Scratch()
    scratch.file("a")
    let file = await #expect(throws: ClientError.self) { try await FileTree.local("\(scratch.path)/a") }
    #expect(file?.code == .usage)
    let nothing = await #expect(throws: ClientError.self) { try await FileTree.local("\(scratch.path)/b") }
    #expect(nothing?.code == .localFile)
  }

  @Test func theFolderItselfMayBeALink() async throws {
    let scratch = try Scratch()
    scratch.folder("real")
    scratch.file("real/a")
    scratch.link("link", to: "real")
    #expect(try await FileTree.local("\(scratch.path)/link").files == 1)
  }

  @Test func tooDeepIsNamed() async throws {
    let scratch = try Scratch()
    var path = ""
    for _ in 0..<130 {
      path += path.isEmpty ? "d" : "/d"
      scratch.folder(path)
    }
    let tree = try await FileTree.local(scratch.path)
    #expect(tree.count == 129)
    #expect(tree.notices.map(\.kind) == [.name])
  }
}
