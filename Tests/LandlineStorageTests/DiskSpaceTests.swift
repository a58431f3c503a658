import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization
import Testing

@testable import LandlineStorage

/// A disk that says what the test wants.
private final class FakeDisk: Sendable {
  private final class Free: Sendable {
    let bytes: Mutex<Int64>
    init(_ bytes: Int64) { self.bytes = Mutex(bytes) }
  }

  let space: DiskSpace
  private let free: Free

  init(free bytes: Int64, bounds: SpaceBounds) {
    let free = Free(bytes)
    self.free = free
    space = DiskSpace(bounds) { () throws(LineError) in (free.bytes.withLock { $0 }, 1_000_000_000) }
  }

  func setFree(_ bytes: Int64) { free.bytes.withLock { $0 = bytes } }
}

@Suite struct DiskSpaceTests {
  private let mebibyte: Int64 = 1_048_576

  private func refusal(_ space: DiskSpace, _ count: Int64) -> LineError? {
    do throws(LineError) {
      _ = try space.reserve(count)
      return nil
    } catch {
      return error
    }
  }

  @Test func theReserveStaysFree() {
    let disk = FakeDisk(free: 1_000, bounds: SpaceBounds(keepFree: 400))
    #expect(refusal(disk.space, 600) == nil)
    let error = refusal(disk.space, 601)
    #expect(error?.code == .noSpace)
    for text in ["1000 B are free", "400 B stay so", "needs 601 B", "--keep-free"] {
      #expect(error?.message.contains(text) == true, "\(text) in \(error?.message ?? "")")
    }
  }

  @Test func whatIsPromisedIsNotPromisedTwice() throws {
    let disk = FakeDisk(free: 1_000, bounds: .none)
    let first = try disk.space.reserve(700)
    #expect(refusal(disk.space, 400)?.message.contains("700 B promised") == true)
    #expect(refusal(disk.space, 300) == nil)
    _ = consume first
    #expect(refusal(disk.space, 1_000) == nil)
  }

  @Test func nothingNeedsNoRoom() {
    let disk = FakeDisk(free: 0, bounds: SpaceBounds(keepFree: 400, maximumUse: 1))
    #expect(refusal(disk.space, 0) == nil)
  }

  @Test func whatWasWrittenIsNoPromiseAnyMore() throws {
    let disk = FakeDisk(free: 1_000, bounds: .none)
    var upload = try disk.space.reserve(700)
    upload.wrote(500)
    disk.setFree(500)
    #expect(refusal(disk.space, 301)?.code == .noSpace)
    #expect(refusal(disk.space, 300) == nil)
    _ = consume upload
  }

  @Test func whoDoesNotKnowTheSizeGetsMoreAndMore() throws {
    let disk = FakeDisk(free: 40 * mebibyte, bounds: SpaceBounds(keepFree: 10 * mebibyte))
    var upload = try disk.space.reserve(0)
    try upload.require(1_000)
    upload.wrote(1_000)
    // It has reserved more than it asked for.
    #expect(refusal(disk.space, 20 * mebibyte)?.code == .noSpace)
    try upload.require(16 * mebibyte)
    upload.wrote(16 * mebibyte)
    disk.setFree(24 * mebibyte - 1_000)
    // Near the bound it gets what is there and no more.
    try upload.require(14 * mebibyte - 1_000)
    upload.wrote(14 * mebibyte - 1_000)
    disk.setFree(10 * mebibyte)
    #expect(throws: LineError.self) { try upload.require(1) }
  }

  @Test func othersWhoFillTheDiskAreNoticed() throws {
    let disk = FakeDisk(free: 900 * mebibyte, bounds: SpaceBounds(keepFree: 10 * mebibyte))
    var upload = try disk.space.reserve(200 * mebibyte)
    for _ in 0..<64 {
      try upload.require(mebibyte)
      upload.wrote(mebibyte)
    }
    disk.setFree(9 * mebibyte)
    #expect(throws: LineError.self) { try upload.require(mebibyte) }
  }

  @Test func theFilesMayHaveSoMuch() throws {
    let disk = FakeDisk(free: 1_000_000, bounds: SpaceBounds(keepFree: 0, maximumUse: 1_000))
    disk.space.usage?.beginCount()
    disk.space.usage?.endCount(600)
    var upload = try disk.space.reserve(300)
    #expect(refusal(disk.space, 101)?.message.contains("--max-use") == true)
    #expect(refusal(disk.space, 100) == nil)
    upload.wrote(300)
    _ = consume upload
    #expect(disk.space.usage?.bytes == 900)
    disk.space.usage?.add(-800)
    #expect(refusal(disk.space, 900) == nil)
  }

  @Test func aRefusalAsksForANewCount() {
    let disk = FakeDisk(free: 1_000_000, bounds: SpaceBounds(keepFree: 0, maximumUse: 1_000))
    disk.space.usage?.beginCount()
    disk.space.usage?.endCount(1_000)
    #expect(disk.space.usage?.isStale == false)
    #expect(refusal(disk.space, 1) != nil)
    #expect(disk.space.usage?.isStale == true)
  }
}

@Suite struct DiskUsageTests {
  @Test func isKnownAfterTheFirstCount() {
    let usage = DiskUsage()
    usage.beginCount()
    usage.endCount(nil)
    #expect(!usage.isCounted && usage.isStale)
    usage.beginCount()
    usage.endCount(7)
    #expect(usage.isCounted && !usage.isStale && usage.bytes == 7)
  }

  @Test func ratherTooMuchThanTooLittle() {
    let usage = DiskUsage()
    usage.beginCount()
    usage.add(5)
    usage.add(-3)
    usage.endCount(100)
    #expect(usage.bytes == 105)
    #expect(usage.isStale, "it is counted again, when nothing is written")
  }

  @Test func neverLessThanNothing() {
    let usage = DiskUsage()
    usage.add(-5)
    #expect(usage.bytes == 0)
  }
}

@Suite struct UsageCountTests {
  @Test func countsFilesAndNothingElse() async throws {
    let place = try Place()
    try place.put("a", "12345")
    try place.put("b/c/d", "123")
    writeFile(place.real("b/not\nallowed"), [1, 2])
    symlink("/etc/passwd", place.real("link"))
    symlink(place.scratch.path, place.real("loop"))
    mkfifo(place.real("pipe"), 0o600)
    #expect(try await UsageCount.count(in: place.folder.files.raw) == 10)
  }
}

/// The count follows what happens, without being made anew.
@Suite struct BoundedStoreTests {
  private let scratch = Scratch()

  /// A store whose files may have 1,000 bytes, once it has counted.
  private func withStore(_ body: (DiskContentStore) async throws -> Void) async throws {
    let store = try DiskContentStore(
      folder: DataFolder(path: scratch.path), bounds: SpaceBounds(keepFree: 0, maximumUse: 1_000))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await store.keepCounting() }
      while !store.isSpaceKnown { await Task.yield() }
      try await body(store)
      group.cancelAll()
    }
  }

  private func put(_ store: DiskContentStore, _ path: String, _ size: Int, replacing: Bool = false) throws {
    let upload = try store.openUpload(.random(), keepingOld: false, size: Int64(size))
    do {
      try upload.append(String(repeating: "x", count: size))
      _ = try upload.publish(as: RemotePath(path), replacing: replacing, modified: nil, executable: false)
    } catch {
      upload.discard()
      throw error
    }
  }

  @Test(.timeLimit(.minutes(1))) func followsPutReplaceAndRemove() async throws {
    try await withStore { store in
      try put(store, "a", 600)
      #expect(code { try put(store, "b", 401) } == .noSpace)
      try put(store, "b", 400)
      #expect(code { try put(store, "c", 1) } == .noSpace)
      try await store.remove(RemotePath("b"))
      try put(store, "a", 100, replacing: true)
      try put(store, "c", 900)
      #expect(code { try put(store, "d", 1) } == .noSpace)
    }
  }

  @Test(.timeLimit(.minutes(1))) func runningUploadsCountWithAllTheyWillHave() async throws {
    try await withStore { store in
      let running = try store.openUpload(.random(), keepingOld: false, size: 700)
      #expect(code { try put(store, "a", 301) } == .noSpace)
      running.discard()
      try put(store, "a", 1_000)
    }
  }

  @Test(.timeLimit(.minutes(1))) func keptUploadsCountUntilTheyAreDropped() async throws {
    try await withStore { store in
      let key = UploadKey.random(account: 9)
      let kept = try store.openUpload(key, keepingOld: true, size: 800)
      try kept.append(String(repeating: "x", count: 500))
      kept.keep()
      #expect(code { try put(store, "a", 501) } == .noSpace)
      // What is there of it already is not needed again.
      let again = try store.openUpload(key, keepingOld: true, size: 1_000)
      again.keep()
      try store.dropUploads(account: 9)
      try put(store, "a", 1_000)
    }
  }

  @Test(.timeLimit(.minutes(1))) func wholeFilesCountAsWell() async throws {
    struct Text: FileContent {
      var bytes: [UInt8]
      func forEachPiece<Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        let result = bytes.withUnsafeBytes { buffer -> Result<Void, Failure> in
          do throws(Failure) { return .success(try body(buffer)) } catch { return .failure(error) }
        }
        try result.get()
      }
    }
    try await withStore { store in
      let files = try (0..<4).map { number in
        NewFile(
          path: try RemotePath("w\(number)"), ifExists: .fail, modified: nil, executable: false,
          content: Text(bytes: Array(repeating: 7, count: 300)))
      }
      let codes = await store.store(files).map { result -> ErrorCode? in
        if case .failure(let error) = result { error.code } else { nil }
      }
      #expect(codes == [nil, nil, nil, .noSpace])
      for number in 0..<3 { try await store.remove(RemotePath("w\(number)")) }
      try put(store, "a", 1_000)
    }
  }

  @Test(.timeLimit(.minutes(1))) func aFolderThatIsRemovedTakesItsBytesAlong() async throws {
    try await withStore { store in
      try put(store, "d/a", 500)
      try put(store, "d/e/b", 500)
      let removal = try store.removal(of: RemotePath("d"), where: nil)
      while try removal.step() {}
      try await removal.finish()
      try put(store, "a", 1_000)
    }
  }
}
