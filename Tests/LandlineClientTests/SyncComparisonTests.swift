import LandlineProtocol
import Testing

@testable import LandlineClient

@Suite struct SyncComparisonTests {
  /// `a/` is a folder, `a*` executable, `a@` neither file nor folder; `=n` the time, `#n` the size.
  private func tree(_ names: [String], unreadable: [String] = []) throws -> FileTree {
    var builder = FileTreeBuilder()
    var open: [(path: String, index: Int)] = []
    for text in names {
      var name = text
      var seconds: Int64 = 1
      var size: Int64 = 1
      if let mark = name.firstIndex(of: "=") {
        seconds = Int64(name[name.index(after: mark)...])!
        name = String(name[..<mark])
      }
      if let mark = name.firstIndex(of: "#") {
        size = Int64(name[name.index(after: mark)...])!
        name = String(name[..<mark])
      }
      let last = name.last
      if last == "/" || last == "*" || last == "@" { name.removeLast() }
      let kind: FileTree.Kind = last == "/" ? .folder : last == "@" ? .other : .file
      while let folder = open.last, !name.hasPrefix(folder.path + "/") {
        builder.close(folder.index)
        open.removeLast()
      }
      let own = name.split(separator: "/").last.map(String.init) ?? name
      let index = try builder.append(
        Array(own.utf8), in: open.last?.index,
        FileTree.Entry(
          kind: kind, size: kind == .file ? size : 0, modified: FileTime(seconds: seconds, nanoseconds: 0),
          isExecutable: last == "*"))
      if kind == .folder { open.append((name, index)) }
      if own.hasPrefix("bad") { builder.notices.append(TreeNotice(kind: .name, index: index)) }
      if unreadable.contains(name) { builder.notices.append(TreeNotice(kind: .unreadable, index: index, code: 13)) }
    }
    while let folder = open.popLast() { builder.close(folder.index) }
    return FileTree(builder, root: "", followsLinks: false)
  }

  private struct Outcome: Equatable {
    var transfers: [String] = []
    var obstacles: [String] = []
    var deletions: [String] = []
    var conflicts: [String] = []
    var unchanged = 0
  }

  private func compare(
    _ source: [String], _ destination: [String], delete: Bool = false, unreadableSource: [String] = [],
    unreadableDestination: [String] = []
  ) throws -> Outcome {
    let plan = SyncComparison(
      .up, source: try tree(source, unreadable: unreadableSource),
      destination: try tree(destination, unreadable: unreadableDestination), checksum: false, delete: delete
    ).finish(areEqual: [])
    return Outcome(
      transfers: plan.transfers.map { plan.source.path(Int($0)) },
      obstacles: plan.obstacles.map { plan.destination.path(Int($0)) },
      deletions: plan.deletions.map { plan.destination.path(Int($0)) },
      conflicts: plan.conflicts.map { plan.source.path($0.index) }, unchanged: plan.unchanged)
  }

  @Test func sameTrees() throws {
    let names = ["a", "b/", "b/c*", "b/d", "e/"]
    #expect(try compare(names, names, delete: true) == Outcome(unchanged: 3))
  }

  @Test func newAndDifferentFiles() throws {
    let outcome = try compare(
      ["a=2", "b#2", "c*", "d", "e/", "e/f", "g/", "h/", "h/i/"], ["a", "b", "c", "d"])
    #expect(outcome == Outcome(transfers: ["a", "b", "c", "e/f", "g", "h/i"], unchanged: 1))
  }

  @Test func nothingIsDeletedWithoutBeingAsked() throws {
    #expect(try compare(["b"], ["a", "b", "c/", "c/d"]) == Outcome(unchanged: 1))
    #expect(
      try compare(["b"], ["a", "b", "c/", "c/d", "c/e/"], delete: true)
        == Outcome(deletions: ["a", "c"], unchanged: 1))
  }

  @Test func onlyTheTopOfWhatIsDeleted() throws {
    let outcome = try compare(["a/", "a/b"], ["a/", "a/b", "a/c/", "a/c/d/", "a/c/d/e"], delete: true)
    #expect(outcome == Outcome(deletions: ["a/c"], unchanged: 1))
  }

  @Test func differentKinds() throws {
    let source = ["a", "b/", "b/c", "d", "e"]
    let destination = ["a/", "a/x", "b", "d@", "e"]
    #expect(try compare(source, destination) == Outcome(conflicts: ["a", "b", "d"], unchanged: 1))
    #expect(
      try compare(source, destination, delete: true)
        == Outcome(transfers: ["a", "b/c", "d"], obstacles: ["a", "b", "d"], unchanged: 1))
  }

  /// A link that is not taken along is there all the same.
  @Test func whatIsLeftOutProtectsItsName() throws {
    #expect(try compare(["a@", "b@"], ["a", "b/", "b/c"], delete: true) == Outcome())
  }

  @Test func partsOfDownloadsBelongToNobody() throws {
    let part = ".a.landline-part"
    #expect(try compare([part], [], delete: true) == Outcome())
    #expect(try compare([], [part]) == Outcome())
    #expect(try compare([part + "=2"], [part], delete: true) == Outcome())
  }

  @Test func foldersWithSuchANameNeitherDo() throws {
    #expect(try compare([".a.landline-part/", ".a.landline-part/b"], [], delete: true) == Outcome())
  }

  /// Names that no server can have are not missing there.
  @Test func whatTheSourceCouldNotHaveIsKept() throws {
    let plan = SyncComparison(
      .down, source: try tree(["a/"]), destination: try tree(["a/", "a/bad1@", "bad2@", "c"]), checksum: false,
      delete: true
    ).finish(areEqual: [])
    #expect(plan.deletions.map { plan.destination.path(Int($0)) } == ["c"])
    #expect(plan.kept.map { plan.destination.path(Int($0)) } == ["a/bad1", "bad2"])
  }

  @Test func sizesWithoutASum() throws {
    let plan = SyncComparison(
      .down, source: try tree(["a#\(Int64.max)", "b#\(Int64.max)"]), destination: try tree([]), checksum: false,
      delete: false
    ).finish(areEqual: [])
    #expect(plan.bytes == Int64.max)
  }

  @Test func deletingTakesPartsOfWhichNothingMoreIsToCome() throws {
    #expect(
      try compare(
        ["a=2", "b", "d/", "d/a"], [".a.landline-part", ".b.landline-part", ".c.landline-part", "a", "b", "d/", "d/a"],
        delete: true)
        == Outcome(transfers: ["a"], deletions: [".b.landline-part", ".c.landline-part"], unchanged: 2))
  }

  @Test func deletingIsHeldBackWhenTheSourceCannotBeRead() throws {
    #expect(try compare(["a", "x@"], ["a", "b"], delete: true, unreadableSource: ["x"]) == Outcome(unchanged: 1))
  }

  @Test func whatCannotBeReadAtTheDestinationIsNotRemoved() throws {
    #expect(
      try compare(["a/", "a/b"], ["a@"], delete: true, unreadableDestination: ["a"]) == Outcome(conflicts: ["a"]))
  }

  @Test func theOrderIsThatOfComponents() throws {
    // Bytes of whole paths would put "a-" between "a" and "a/b".
    let outcome = try compare(["a/", "a/b", "a-"], ["a/", "a/c", "a-"], delete: true)
    #expect(outcome == Outcome(transfers: ["a/b"], deletions: ["a/c"], unchanged: 1))
  }

  @Test func canonicallyEqualNamesAreDifferent() throws {
    let outcome = try compare(["\u{E9}"], ["e\u{301}"], delete: true)
    #expect(outcome.transfers.count == 1 && outcome.deletions.count == 1)
  }

  @Test func byChecksum() throws {
    let comparison = SyncComparison(
      .up, source: try tree(["a=2", "b=2", "c#2", "d*", "e"]), destination: try tree(["a", "b", "c", "d"]),
      checksum: true, delete: false)
    #expect(comparison.pairs.map(\.source) == [0, 1])
    let plan = comparison.finish(areEqual: [true, false])
    #expect(plan.transfers == [1, 2, 3, 4])
    #expect(plan.unchanged == 1)
    #expect(plan.bytes == 5)
  }

  @Test func intoNothing() throws {
    let outcome = try compare(["a", "b/", "b/c/", "d/"], [])
    #expect(outcome == Outcome(transfers: ["a", "b/c", "d"]))
  }
}
