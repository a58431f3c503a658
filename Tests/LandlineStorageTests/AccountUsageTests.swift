import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

/// Quotas: what is counted, and that nobody gets past them.
@Suite struct AccountUsageTests {
  private func counted(_ usage: AccountUsage, _ found: [Int64: Int64] = [:]) {
    usage.activate()
    usage.beginCount()
    _ = usage.endCount(found)
  }

  private func refusal(_ usage: AccountUsage, _ count: Int64, quota: Int64) -> ErrorCode? {
    do throws(LineError) {
      try usage.reserve(count, for: FileOwner(account: 1, quota: quota))
      return nil
    } catch {
      return error.code
    }
  }

  @Test func untilItIsCountedNobodyWithAQuotaStoresAnything() {
    let usage = AccountUsage()
    #expect(refusal(usage, 1, quota: 10) == .noSpace)
    usage.activate()
    #expect(refusal(usage, 1, quota: 10) == .noSpace)
    #expect(refusal(usage, 0, quota: 10) == nil)
    usage.beginCount()
    #expect(refusal(usage, 1, quota: 10) == .noSpace)
    #expect(!usage.endCount([1: 4]))
    #expect(refusal(usage, 6, quota: 10) == nil)
    #expect(refusal(usage, 1, quota: 10) == .noSpace)
  }

  @Test func whatIsPromisedCountsUntilItIsGivenBack() {
    let usage = AccountUsage()
    counted(usage)
    #expect(refusal(usage, 7, quota: 10) == nil)
    #expect(refusal(usage, 4, quota: 10) == .noSpace)
    usage.settle(5, of: 1, written: true)
    #expect(usage.stored(1) == 5)
    usage.settle(2, of: 1, written: false)
    #expect(refusal(usage, 6, quota: 10) == .noSpace)
    #expect(refusal(usage, 5, quota: 10) == nil)
    usage.removed(5, of: 1)
    #expect(usage.stored(1) == 0)
  }

  @Test func aCountDoesNotUnsettleWhatIsKnown() {
    let usage = AccountUsage()
    counted(usage, [1: 10, 2: 20, 3: 30])
    usage.beginCount()
    try? usage.reserve(5, for: FileOwner(account: 1))
    usage.settle(5, of: 1, written: true)
    // Of the first it may have met something or not; of the others it knows better, for people change files by hand.
    #expect(usage.endCount([1: 12, 2: 21]))
    #expect(usage.stored(1) == 15)
    #expect(usage.stored(2) == 21)
    #expect(usage.stored(3) == 0)
  }

  @Test func aFirstCountThatMayHaveMissedSomethingIsMadeAgain() {
    let usage = AccountUsage()
    usage.activate()
    usage.beginCount()
    usage.changingNames(moving: true) {}
    #expect(usage.endCount([1: 1]))
    #expect(!usage.isCounted)
    usage.beginCount()
    #expect(!usage.endCount([1: 2]))
    #expect(usage.stored(1) == 2)
  }

  @Test func whatIsWrittenDuringTheFirstCountCountsRatherTwiceThanNot() {
    let usage = AccountUsage()
    try? usage.reserve(9, for: FileOwner(account: 1))
    usage.activate()
    usage.beginCount()
    usage.settle(9, of: 1, written: true)
    #expect(usage.endCount([1: 9]))
    #expect(usage.stored(1) == 18)
    usage.beginCount()
    #expect(!usage.endCount([1: 9]))
    #expect(usage.stored(1) == 9)
  }

  @Test func aFileThatGetsItsNameDuringACountIsNotCountedTwice() {
    let usage = AccountUsage()
    counted(usage, [1: 10])
    usage.beginCount()
    // Met among the uploads first, and then in the tree.
    usage.changingNames { usage.published(of: 1) }
    #expect(usage.endCount([1: 20]))
    #expect(usage.stored(1) == 10)
    usage.beginCount()
    #expect(!usage.endCount([1: 10]))
    #expect(usage.stored(1) == 10)
  }

  @Test func whatTheDiskHasNoRoomForIsPromisedToNobody() throws {
    let space = DiskSpace(.none) { () throws(LineError) in (free: 1_000, total: 10_000) }
    counted(space.accounts)
    for _ in 0..<3 {
      #expect(throws: LineError.self) { _ = try space.reserve(Int64.max, for: FileOwner(account: 1)) }
    }
    let owner = FileOwner(account: 1, quota: 10)
    #expect(throws: LineError.self) { _ = try space.reserve(11, for: owner) }
    let first = try space.reserve(10, for: owner)
    #expect(throws: LineError.self) { _ = try space.reserve(1, for: owner) }
    _ = consume first
    // Neither was kept for the one that was refused.
    _ = try space.reserve(1_000)
    _ = try space.reserve(10, for: owner)
  }

  // MARK: With real files

  private func put(_ place: Place, _ path: String, _ text: String, by account: Int64, replacing: Bool = true) throws {
    let key = UploadKey(account: account, digest: .random())
    let upload = try place.store.openUpload(key, keepingOld: false, size: Int64(text.utf8.count), quota: nil)
    try upload.append(text)
    _ = try upload.publish(as: RemotePath(path), replacing: replacing, modified: nil, executable: false)
  }

  private func counting(_ place: Place, _ body: () async throws -> Void) async throws {
    try place.store.countAccounts()
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { await place.store.keepCountingAccounts() }
      while !place.store.areAccountsKnown { await Task.yield() }
      try await body()
      tasks.cancelAll()
    }
  }

  @Test(arguments: ["/tmp", "/dev/shm"])
  func filesAreOfWhoStoredThemLast(_ parent: String) async throws {
    let place = try Place(in: parent)
    try put(place, "a/1", "1234", by: 1)
    try put(place, "a/2", "12", by: 1)
    try put(place, "b/3", "123", by: 2)
    let kept = try place.store.openUpload(
      UploadKey(account: 2, digest: .random()), keepingOld: true, size: 10, quota: nil)
    try kept.append("12345")
    kept.keep()
    try await counting(place) {
      #expect(place.store.stored(byAccount: 1) == 6)
      #expect(place.store.stored(byAccount: 2) == 8)
      try put(place, "a/1", "x", by: 2)
      #expect(place.store.stored(byAccount: 1) == 2)
      #expect(place.store.stored(byAccount: 2) == 9)
      _ = try await place.store.move(RemotePath("a"), to: RemotePath("c"), kind: .folder, replacing: false)
      _ = try await place.store.move(RemotePath("c/1"), to: RemotePath("c/2"), kind: .file, replacing: true)
      #expect(place.store.stored(byAccount: 1) == 0)
      try await place.store.remove(RemotePath("c/2"))
      #expect(place.store.stored(byAccount: 2) == 8)
      let removal = try place.store.removal(of: RemotePath("b"), where: nil)
      while try removal.step() {}
      #expect(place.store.stored(byAccount: 2) == 5)
      try place.store.dropUploads(account: 2)
      #expect(place.store.stored(byAccount: 2) == 0)
    }
  }

  @Test func theOperatorsOwnFilesAreNobodys() async throws {
    let place = try Place(in: "/dev/shm")
    try put(place, "a", "1234", by: 0)
    try await counting(place) {
      #expect(place.store.stored(byAccount: 0) == 0)
      try put(place, "b", "1234", by: 0)
      #expect(place.store.stored(byAccount: 0) == 0)
    }
  }

  @Test func wholeFilesFillAQuotaExactly() async throws {
    let place = try Place(in: "/dev/shm")
    try await counting(place) {
      let owner = FileOwner(account: 7, quota: 100)
      let files = try (0..<30).map { number in
        NewFile(
          path: try RemotePath("f\(number)"), ifExists: .fail, modified: nil, executable: false,
          content: Bytes(count: 7), owner: owner)
      }
      let stored = await place.store.store(files).count { (try? $0.get()) != nil }
      #expect(stored == 14)
      #expect(place.store.stored(byAccount: 7) == 98)
    }
  }

  @Test func aFileOnItsWayIsMetByACount() async throws {
    let place = try Place(in: "/dev/shm")
    // As it is between being written and getting its name.
    let path = place.partial + "/whole-1"
    let raw = open(path, O_WRONLY | O_CREAT, 0o600)
    #expect(write(raw, "12345", 5) == 5)
    #expect(OwnerMark.set(9, on: raw) == 0)
    close(raw)
    try await counting(place) { #expect(place.store.stored(byAccount: 9) == 5) }
  }

  private struct Bytes: FileContent {
    var count: Int

    func forEachPiece<Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
      let result = [UInt8](repeating: 1, count: count).withUnsafeBytes { bytes -> Result<Void, Failure> in
        do throws(Failure) { return .success(try body(bytes)) } catch { return .failure(error) }
      }
      try result.get()
    }
  }
}
