import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization
import Testing

@testable import LandlineStorage

@Suite struct FolderRemovalTests {
  let place: Place
  /// Something outside the tree that must stay as it is.
  let outside = Scratch(in: "/dev/shm")

  init() throws {
    place = try Place(in: "/dev/shm")
    writeFile(outside.path + "/secret", Array("secret".utf8))
  }

  private func removal(
    _ path: String, admits: ((_ path: [UInt8]) -> Bool)? = nil
  ) throws -> any FolderRemoval {
    try place.store.removal(of: RemotePath(path), where: admits)
  }

  @discardableResult
  private func remove(_ path: String) async throws -> Int64 {
    let removal = try removal(path)
    while try removal.step() {}
    try await removal.finish()
    return removal.removed
  }

  @Test func everythingWhateverItsName() async throws {
    for path in ["x/a/b/c", "x/a/d", "x/🎉/e", "x/f", "xy"] { try place.put(path, "1") }
    mkdir(place.real("x/empty"), 0o755)
    mkfifo(place.real("x/fifo"), 0o600)
    symlink(outside.path, place.real("x/a/link"))
    symlink(outside.path + "/secret", place.real("x/a/file link"))
    mkdir(place.real("x/line\nbreak"), 0o755)
    writeFile(place.real("x/line\nbreak/\u{7F}"), [])
    run(
      "sh", "-c", "cd \"$1\" && mkdir \"$(printf '\\261\\316')\" && touch \"$(printf '\\261\\316/\\261')\"", "sh",
      place.real("x"))
    #expect(try await remove("x") == 16)
    #expect(names(in: place.real("")) == ["xy"])
    #expect(readFile(outside.path + "/secret") == Array("secret".utf8))
  }

  @Test func wideAndDeep() async throws {
    mkdir(place.real("wide"), 0o755)
    for number in 0..<1_200 {
      writeFile(place.real("wide/\(number)"), [])
      mkdir(place.real("wide/folder \(number)"), 0o755)
      writeFile(place.real("wide/folder \(number)/file"), [])
    }
    // Deeper than any path: folders in folders, 300 times, as only somebody at the machine can make them.
    run(
      "sh", "-c", "mkdir \"$1\" && cd \"$1\" && for n in $(seq 300); do mkdir \"$2\" && cd -P \"$2\"; done; touch end",
      "sh", place.real("wide/deep"), String(repeating: "n", count: 100))
    #expect(try await remove("wide") == 1_200 * 3 + 300 + 3)
    #expect(names(in: place.real("")).isEmpty)
  }

  @Test func deeperThanWeGo() async throws {
    run(
      "sh", "-c", "mkdir \"$1\" && cd \"$1\" && for n in $(seq 1100); do mkdir d && cd -P d; done", "sh",
      place.real("deep"))
    let removal = try removal("deep")
    #expect(code { while try removal.step() {} } == .tooMany)
  }

  /// Whatever step it is at, and whichever of the folders is swapped.
  @Test(arguments: ["x", "x/b", "x/b/c"], 0..<8)
  func aFolderThatIsSwappedForALinkLosesTheLinkOnly(swapped: String, steps: Int) async throws {
    try place.put("x/b/c/file", "1")
    let removal = try removal("x")
    for _ in 0..<steps { _ = try removal.step() }
    guard rename(place.real(swapped), outside.path + "/kept") == 0 else { return }
    symlink(outside.path, place.real(swapped))
    let kept = names(in: outside.path + "/kept")
    while try removal.step() {}
    #expect(readFile(outside.path + "/secret") == Array("secret".utf8))
    #expect(names(in: outside.path) == ["kept", "secret"])
    #expect(names(in: outside.path + "/kept") == kept)
    #expect(names(in: place.real("")).isEmpty)
  }

  @Test func whatIsMovedAwayMeanwhileIsSafe() async throws {
    for number in 0..<2_000 { try place.put("x/y/\(number)", "1") }
    let removal = try removal("x")
    // Some of `y` is gone, the rest is not.
    while removal.removed == 0 { #expect(try removal.step()) }
    _ = try await place.store.move(RemotePath("x/y"), to: RemotePath("kept"), kind: .folder, replacing: false)
    let left = names(in: place.real("kept"))
    #expect(!left.isEmpty)
    while try removal.step() {}
    try await removal.finish()
    #expect(names(in: place.real("kept")) == left)
    #expect(status(place.real("x")) == nil)
  }

  @Test func whatIsPutInMeanwhileGoesToo() async throws {
    try place.put("x/a/file", "1")
    let removal = try removal("x")
    while removal.removed == 0 { #expect(try removal.step()) }
    // `a` has been read, and is to be removed next; and so is `x`.
    writeFile(place.real("x/a/late"), [])
    writeFile(place.real("x/late"), [])
    while try removal.step() {}
    #expect(status(place.real("x")) == nil)
  }

  @Test func whatMayNotBeRemovedEndsIt() async throws {
    for path in ["x/a", "x/b/kept/c"] { try place.put(path, "1") }
    let removal = try removal("x", admits: { !$0.starts(with: "b/kept".utf8) })
    #expect(code { while try removal.step() {} } == .forbidden)
    #expect(try place.get("x/b/kept/c") == "1")
  }

  @Test func removedByAnother() async throws {
    try place.put("x/a/file", "1")
    let removal = try removal("x")
    #expect(try removal.step())
    run("rm", "-r", place.real("x"))
    while try removal.step() {}
    try await removal.finish()
    #expect(code { _ = try self.removal("x") } == .notFound)
    try place.put("file", "1")
    #expect(code { _ = try self.removal("file") } == .wrongKind)
  }

  /// Somebody at the machine swaps a folder and a link to the outside as fast as they can, while folders are removed.
  @Test(.timeLimit(.minutes(2))) func noRaceLeadsOut() async throws {
    let outside = outside.path
    for number in 0..<50 { writeFile("\(outside)/\(number)", []) }
    let before = names(in: outside)
    let over = Flag()
    symlink(outside, place.real("link"))
    let x = place.real("x/a")
    let link = place.real("link")
    let spare = place.real("spare")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while !over.isSet.load(ordering: .relaxed) {
          guard rename(x, spare) == 0 else { continue }
          rename(link, x)
          // Back again, while the link is there and not yet removed.
          rename(x, link)
          rename(spare, x)
          if status(link) == nil { symlink(outside, link) }
          if status(spare) != nil { run("rm", "-rf", spare) }
        }
      }
      for _ in 0..<60 {
        for number in 0..<30 { _ = try? place.put("x/a/b\(number % 3)/\(number)", "1", replacing: true) }
        if let removal = try? removal("x") {
          // What fails is refused; what matters is the outside.
          while (try? removal.step()) == true {}
        }
      }
      over.isSet.store(true, ordering: .relaxed)
      try await group.waitForAll()
    }
    #expect(names(in: outside) == before)
  }

  private final class Flag: Sendable {
    let isSet = Atomic<Bool>(false)
  }
}
