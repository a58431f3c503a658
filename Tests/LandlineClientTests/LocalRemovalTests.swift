import Glibc
import Testing

@testable import LandlineClient

@Suite struct LocalRemovalTests {
  @Test func foldersGoWithEverythingInThem() async throws {
    let outside = try Scratch()
    outside.file("kept")
    let scratch = try Scratch()
    scratch.folder("a")
    scratch.folder("a/b")
    scratch.file("a/b/c")
    scratch.file(bytes: Array("a/".utf8) + [0xFF])
    scratch.file("a/.c.landline-part")
    scratch.link("a/out", to: outside.path)
    scratch.link("b", to: outside.path)
    scratch.file("c")
    let tree = try await FileTree.local(scratch.path)
    let top = tree.children(of: nil).map { Int32($0) }
    let outcome = try LocalRemoval(tree: tree, observer: SyncObserver()).run(top)
    #expect(outcome.removed == 3 && outcome.failed == 0)
    #expect(try await FileTree.local(scratch.path).count == 0)
    #expect(outside.isThere("kept"))
  }

  @Test func foldersDeeperThanThereAreDescriptors() async throws {
    let scratch = try Scratch()
    scratch.folder("a")
    var folder = open("\(scratch.path)/a", O_RDONLY | O_DIRECTORY)
    for _ in 0..<3_000 {
      mkdirat(folder, "a", 0o755)
      close(openat(folder, "b", O_WRONLY | O_CREAT, 0o644))
      let below = openat(folder, "a", O_RDONLY | O_DIRECTORY)
      close(folder)
      folder = below
    }
    close(folder)
    let tree = try await FileTree.local(scratch.path)
    let outcome = try LocalRemoval(tree: tree, observer: SyncObserver()).run([0])
    #expect(outcome.removed == 1 && outcome.failed == 0)
    #expect(!scratch.isThere("a"))
  }

  @Test func whatCannotBeRemovedIsNamed() async throws {
    let scratch = try Scratch()
    scratch.folder("a")
    scratch.folder("a/b")
    scratch.file("a/b/c")
    let parent = try Descriptor.open("\(scratch.path)/a", flags: O_RDONLY | O_DIRECTORY, toSay: "open")
    #expect { try LocalFolderRemoval.remove(Array("b/c".utf8) + [0], in: parent) } throws: { error in
      (error as? LocalFolderRemoval.Failure).map { $0.path == "b/c" && $0.code == ENOTDIR } ?? false
    }
  }

  @Test func whatIsGoneAlreadyIsRemoved() async throws {
    let scratch = try Scratch()
    scratch.folder("a")
    scratch.file("a/b")
    let tree = try await FileTree.local(scratch.path)
    unlink("\(scratch.path)/a/b")
    let outcome = try LocalRemoval(tree: tree, observer: SyncObserver()).run([1])
    #expect(outcome.removed == 1 && outcome.failed == 0)
  }

  @Test func aFolderExchangedForALinkIsNotEntered() async throws {
    let outside = try Scratch()
    outside.folder("b")
    outside.file("b/kept")
    let scratch = try Scratch()
    scratch.folder("a")
    scratch.folder("a/b")
    let tree = try await FileTree.local(scratch.path)
    rmdir("\(scratch.path)/a/b")
    rmdir("\(scratch.path)/a")
    scratch.link("a", to: outside.path)
    let outcome = try LocalRemoval(tree: tree, observer: SyncObserver()).run([1])
    #expect(outcome.removed == 0 && outcome.failed == 1)
    #expect(outside.isThere("b/kept"))
  }
}
