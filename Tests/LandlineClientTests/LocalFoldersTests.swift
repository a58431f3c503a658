import Glibc
import Testing

@testable import LandlineClient

@Suite struct LocalFoldersTests {
  private func open(_ scratch: Scratch, _ missing: LocalFolders.Missing = .isMade) throws -> LocalFolders {
    try LocalFolders(opening: scratch.path, followsLinks: false, missing: missing)
  }

  private func inode(_ folder: Descriptor) -> ino_t {
    var status = stat()
    fstat(folder.number, &status)
    return status.st_ino
  }

  private func inode(_ path: String) -> ino_t {
    var status = stat()
    stat(path, &status)
    return status.st_ino
  }

  @Test func opensAndMakesStepByStep() throws {
    let scratch = try Scratch()
    let folders = try open(scratch)
    for name in ["a", "a/b/c", "a/b", "a/bb", "", "d/e", "a/b/c", "a"] {
      let folder = try folders.open(Array(name.utf8)[...])
      #expect(inode(folder) == inode("\(scratch.path)/\(name)"), "\(name)")
    }
  }

  @Test func theSameFolderIsOpenedOnce() throws {
    let scratch = try Scratch()
    let folders = try open(scratch)
    let first = try folders.open(Array("a/b".utf8)[...])
    let second = try folders.open(Array("a/b".utf8)[...])
    #expect(first === second)
  }

  @Test(arguments: ["..", "a/..", "a/../../x", ".", "a//b", "/a", "a/"])
  func noWayOut(_ path: String) throws {
    let scratch = try Scratch()
    scratch.folder("a")
    let folders = try open(scratch)
    #expect(throws: ClientError.self) { _ = try folders.open(Array(path.utf8)[...]) }
  }

  @Test func linksAreNotFollowed() throws {
    let outside = try Scratch()
    let scratch = try Scratch()
    scratch.link("a", to: outside.path)
    scratch.link("dangling", to: "\(outside.path)/x")
    scratch.file("file")
    let folders = try open(scratch)
    for name in ["a", "a/b", "dangling/b", "file/b"] {
      let error = #expect(throws: ClientError.self) { _ = try folders.open(Array(name.utf8)[...]) }
      #expect(error?.message.contains(name == "file/b" ? "not a folder" : "symbolic link") == true)
    }
    #expect(!outside.isThere("b") && !outside.isThere("x"))
  }

  /// A folder that is exchanged for a link after it was opened changes nothing for who has it open.
  @Test func exchangedInTheMiddle() throws {
    let outside = try Scratch()
    let scratch = try Scratch()
    let folders = try open(scratch)
    _ = try folders.open(Array("a/b".utf8)[...])
    rename("\(scratch.path)/a", "\(scratch.path)/moved")
    scratch.link("a", to: outside.path)
    let folder = try folders.open(Array("a/b/c".utf8)[...])
    #expect(inode(folder) == inode("\(scratch.path)/moved/b/c"))
    _ = try folders.open([])
    #expect(throws: ClientError.self) { _ = try folders.open(Array("a".utf8)[...]) }
  }

  @Test func readingMakesNothing() throws {
    let scratch = try Scratch()
    let folders = try open(scratch, .isError)
    #expect(throws: ClientError.self) { _ = try folders.open(Array("a".utf8)[...]) }
    #expect(!scratch.isThere("a"))
  }

  @Test func makesADestination() throws {
    let scratch = try Scratch()
    try LocalFolders.make("\(scratch.path)/x/y//z/")
    #expect(scratch.isThere("x/y/z"))
    try LocalFolders.make("\(scratch.path)/x")
    scratch.file("file")
    #expect(throws: ClientError.self) { try LocalFolders.make("\(scratch.path)/file/a") }
  }
}
