import GRDB
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct HashStoreTests {
  let scratch = Scratch(in: "/dev/shm")

  func record(changed: FileTime = FileTime(seconds: 9, nanoseconds: 10)) -> RecordedHash {
    RecordedHash(
      version: FileVersion(
        device: .max, inode: 1 << 63, size: .max,
        modified: FileTime(seconds: -3, nanoseconds: 999_999_999), changed: changed),
      digest: .random())
  }

  @Test func keepsAndReplaces() async throws {
    let store = try SQLiteStore(folder: DataFolder(path: scratch.path))
    let path = try RemotePath("a/é")
    #expect(try await store.hash(of: path) == nil)
    for _ in 0..<2 {
      let hash = record()
      try await store.record(hash, for: path)
      #expect(try await store.hash(of: path) == hash)
    }
    #expect(try await store.hash(of: RemotePath("a/e\u{301}")) == nil)
  }

  @Test func forgetsWhatIsUnderAPath() async throws {
    let store = try SQLiteStore(folder: DataFolder(path: scratch.path))
    let paths = try ["a", "a/b", "a/b/c", "a!", "a0", "ab", "b"].map { try RemotePath($0) }
    for path in paths { try await store.record(record(), for: path) }
    try await store.forget(RemotePath("a"))
    var left: [String] = []
    for path in paths where try await store.hash(of: path) != nil { left.append(path.description) }
    #expect(left == ["a!", "a0", "ab", "b"])
    try await store.forget(.root)
    for path in paths { #expect(try await store.hash(of: path) == nil) }
  }

  @Test func coarseTimesAreTrustedOnlyLater() async throws {
    let store = try SQLiteStore(folder: DataFolder(path: scratch.path), hasFineTimes: false)
    let path = try RemotePath("a")
    let changed = FileTime(seconds: 100, nanoseconds: 990_000_000)
    for (seconds, nanoseconds, trusted) in [
      (100, 990_000_000, false), (101, 9_999_999, false), (101, 10_000_000, true),
      (102, 0, true), (99, 0, false), (5_000_000_000, 0, true),
    ] as [(Int64, Int32, Bool)] {
      let hash = record(changed: changed)
      try await store.record(
        [(path, hash)], at: FileTime(seconds: seconds, nanoseconds: nanoseconds))
      #expect(try await store.hash(of: path) == (trusted ? hash : nil))
    }
  }

  @Test func aWitnessStaysWhatItWas() async throws {
    let store = try SQLiteStore(folder: DataFolder(path: scratch.path))
    let path = try RemotePath("a")
    var stored = record()
    stored.version.modified = FileTime(seconds: 100, nanoseconds: 5)
    try await store.observe(stored, for: path)
    #expect(try await store.hash(of: path) == stored)
    // Put back from a copy, by a tool that keeps times, or whole seconds of them.
    for nanoseconds in [5, 0] as [Int32] {
      var damaged = RecordedHash(version: stored.version, digest: .random())
      damaged.version.inode = 7
      damaged.version.changed = FileTime(seconds: 1_000, nanoseconds: 0)
      damaged.version.modified.nanoseconds = nanoseconds
      try await store.observe(damaged, for: path)
      #expect(try await store.witness(of: path) == stored)
      var intact = damaged
      intact.digest = stored.digest
      try await store.observe(intact, for: path)
      #expect(try await store.witness(of: path) == intact)
      try await store.record(stored, for: path)
    }
    for change: (inout FileVersion) -> Void in [
      { $0.size -= 1 }, { $0.modified.seconds += 1 }, { $0.modified.nanoseconds = 6 },
    ] {
      try await store.record(stored, for: path)
      var changed = RecordedHash(version: stored.version, digest: .random())
      change(&changed.version)
      try await store.observe(changed, for: path)
      #expect(try await store.witness(of: path) == changed)
    }
  }

  @Test func aWitnessCountsWhereTimesAreCoarse() async throws {
    let store = try SQLiteStore(folder: DataFolder(path: scratch.path), hasFineTimes: false)
    let path = try RemotePath("a")
    let hash = record(changed: FileTime(seconds: 100, nanoseconds: 0))
    try await store.record([(path, hash)], at: FileTime(seconds: 100, nanoseconds: 1))
    #expect(try await store.hash(of: path) == nil)
    #expect(try await store.witness(of: path) == hash)
  }

  @Test func levelsOfDurabilityDoNotMix() async throws {
    let store = try SQLiteStore(folder: DataFolder(path: scratch.path))
    for (durability, level) in [(SQLiteStore.Durability.full, 2), (.normal, 1), (.full, 2)] {
      let found = try await store.write(durability) { database in
        try Int.fetchOne(database, sql: "PRAGMA synchronous")
      }
      #expect(found == level)
    }
  }
}
