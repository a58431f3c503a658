import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct DatabaseFileTests {
  let scratch = Scratch()
  var landline: String { scratch.path + "/landline" }
  var database: String { landline + "/landline.sqlite" }

  func open() throws -> SQLiteStore {
    try SQLiteStore(folder: DataFolder(path: scratch.path))
  }

  /// The database's files with their content.
  func content() -> [String: [UInt8]] {
    var content: [String: [UInt8]] = [:]
    for name in names(in: landline) where name.hasPrefix("landline.sqlite") {
      content[name] = readFile("\(landline)/\(name)")
    }
    return content
  }

  @Test func onlyItsUserMayReadIt() async throws {
    let store = try open()
    try await store.addInvite(
      hash: .random(), role: "admin", creator: nil, created: 1, expires: 2)
    for suffix in ["", "-wal", "-shm"] { #expect(mode(database + suffix) == 0o600) }
    #expect(!names(in: landline).contains("look"))
  }

  @Test func takesTheRightsOfOthersAway() throws {
    mkdir(landline, 0o700)
    writeFile(database, [])
    chmod(database, 0o644)
    _ = try open()
    #expect(mode(database) == 0o600)
  }

  @Test func isKeptOverARestart() async throws {
    try await open().addInvite(
      hash: .random(), role: "admin", creator: nil, created: 1, expires: .max)
    #expect(try await !open().isEmpty())
  }

  @Test func cleansUpInvitesWhenItIsOpened() async throws {
    let now = FileTime.now().seconds
    let day: Int64 = 24 * 60 * 60
    let (expired, waiting, usedLately, usedLongAgo) = (
      Digest256.random(), Digest256.random(), Digest256.random(), Digest256.random()
    )
    let devices = ["d1", "d2"].map { Device(id: $0, name: "x", publicKey: [1]) }
    do {
      let store = try open()
      for hash in [expired, usedLately, usedLongAgo] {
        try await store.addInvite(
          hash: hash, role: "guest", creator: "ada", created: 1, expires: now - day)
      }
      try await store.addInvite(
        hash: waiting, role: "guest", creator: "ada", created: 1, expires: now + day)
      _ = try await store.join(
        invite: usedLately, name: "a", device: devices[0], now: now - 29 * day)
      _ = try await store.join(
        invite: usedLongAgo, name: "b", device: devices[1], now: now - 31 * day)
    }
    let store = try open()
    let message = { (hash: Digest256, device: Device) async -> String in
      do {
        return try await store.join(invite: hash, name: "new", device: device, now: now).name
      } catch {
        return (error as? LineError)?.message ?? "\(error)"
      }
    }
    #expect(await message(expired, devices[0]).contains("unknown"))
    #expect(await message(usedLongAgo, devices[1]).contains("unknown"))
    #expect(await message(usedLately, devices[0]) == "a")
    #expect(
      await message(waiting, Device(id: "d3", name: "x", publicKey: [1])) == "new")
  }

  /// In the main file only (the server ended in order), and in the log only (it was killed).
  @Test(arguments: [true, false])
  func aNewerDatabaseStaysUntouched(inOrder: Bool) async throws {
    do {
      let store = try open()
      try store.close()
      // What a version that does not exist yet would leave behind: its migration is in the log
      // alone when it ends without an orderly close.
      let sql = "INSERT INTO grdb_migrations VALUES ('v999')"
      let script = """
        import os, sqlite3, sys
        database = sqlite3.connect(sys.argv[1])
        database.execute(sys.argv[2])
        database.commit()
        \(inOrder ? "database.close()" : "os._exit(0)")
        """
      #expect(run("python3", "-c", script, database, sql) == 0)
    }
    let before = content()
    #expect((before["landline.sqlite-wal"] != nil) == !inOrder)
    let error = #expect(throws: StorageError.self) { _ = try open() }
    #expect(error?.code == .newerDatabase)
    #expect(error?.message.contains("newer version") == true)
    #expect(content() == before)
    #expect(!names(in: landline).contains("look"))
  }

  @Test func aLookLeftBehindIsCleanedUp() throws {
    _ = try DataFolder(path: scratch.path)
    mkdir(landline + "/look", 0o700)
    writeFile(landline + "/look/landline.sqlite", [1, 2, 3])
    _ = try open()
    #expect(!names(in: landline).contains("look"))
  }

  @Test func aDamagedDatabaseIsSaid() throws {
    mkdir(landline, 0o700)
    let garbage = (0..<8_192).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    writeFile(database, garbage)
    let error = #expect(throws: StorageError.self) { _ = try open() }
    #expect(error?.code == .damagedDatabase)
    #expect(error?.message.contains("backup") == true)
    #expect(readFile(database) == garbage)
  }

  @Test func aLongPathWorksAndATooLongOneIsSaid() async throws {
    let long = scratch.path + "/" + String(repeating: "l", count: 200)
    #expect(try await SQLiteStore(folder: DataFolder(path: long)).isEmpty())
    let part = String(repeating: "m", count: 250)
    mkdir(scratch.path + "/" + part, 0o755)
    let tooLong = scratch.path + "/" + part + "/" + part
    let error = #expect(throws: StorageError.self) {
      _ = try SQLiteStore(folder: DataFolder(path: tooLong))
    }
    #expect(error?.code == .unsuitable)
    #expect(error?.message.contains("too long for SQLite") == true)
  }
}
