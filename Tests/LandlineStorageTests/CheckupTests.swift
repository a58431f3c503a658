import GRDB
import Glibc
import LandlineProtocol
import Testing

@testable import LandlineStorage

@Suite struct CheckupTests {
  private let scratch = Scratch()
  private var landline: String { scratch.path + "/landline" }

  /// A data folder as a server leaves it.
  private func make() throws {
    let folder = try DataFolder(path: scratch.path)
    let store = try SQLiteStore(folder: folder)
    try folder.writeSecret(named: "identity.pem", "x")
    try store.close()
  }

  private func levels(_ findings: [Finding]) -> Set<Finding.Level> { Set(findings.map(\.level)) }

  private func problems(_ findings: [Finding]) -> String {
    findings.filter { $0.level != .ok }.map(\.message).joined(separator: "\n")
  }

  @Test func aGoodFolder() async throws {
    try make()
    let folder = try FolderCheckup(scratch.path)
    #expect(levels(folder.findings()) == [.ok])
    #expect(levels(DatabaseCheckup(folder).findings(now: FileTime.now().seconds)) == [.ok])
    #expect(levels(UploadsCheckup(folder).findings(now: FileTime.now().seconds)) == [.ok])
    #expect(!levels(await DiskCheckup(folder, keepFree: 0, maximumUse: nil).findings()).contains(.error))
  }

  @Test func looksAndTouchesNothing() throws {
    try make()
    let before = names(in: landline)
    let folder = try FolderCheckup(scratch.path)
    _ = folder.findings()
    _ = UploadsCheckup(folder).findings(now: 0)
    #expect(names(in: landline) == before)
  }

  @Test func aFolderThatIsNotThere() {
    #expect(throws: StorageError.self) { try FolderCheckup(scratch.path + "/no") }
    // There, but no server's.
    #expect(throws: StorageError.self) { try FolderCheckup(scratch.path) }
  }

  @Test(arguments: ["", "/identity.pem", "/landline.sqlite", "/partial"])
  func whatOthersMayRead(_ name: String) throws {
    try make()
    chmod(landline + name, 0o755)
    let findings = try FolderCheckup(scratch.path).findings()
    #expect(levels(findings) == [.error])
    #expect(problems(findings).contains("chmod"))
    #expect(problems(findings).contains(landline + name))
  }

  @Test func aDamagedDatabase() throws {
    try make()
    var bytes = try #require(readFile(landline + "/landline.sqlite"))
    for index in 4_096..<bytes.count { bytes[index] = 0x5A }
    writeFile(landline + "/landline.sqlite", bytes)
    let findings = try DatabaseCheckup(FolderCheckup(scratch.path)).findings(now: 0)
    #expect(levels(findings) == [.error])
    #expect(problems(findings).contains("backup"))
  }

  @Test func noDatabase() throws {
    try make()
    unlink(landline + "/landline.sqlite")
    #expect(try levels(DatabaseCheckup(FolderCheckup(scratch.path)).findings(now: 0)) == [.error])
  }

  @Test func aNewerDatabase() async throws {
    try make()
    try await DatabaseQueue(path: landline + "/landline.sqlite").write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('v999')")
    }
    let findings = try DatabaseCheckup(FolderCheckup(scratch.path)).findings(now: 0)
    #expect(problems(findings).contains("newer version"))
  }

  @Test func aClockThatIsBehindTheLastLogin() async throws {
    try make()
    try await DatabaseQueue(path: landline + "/landline.sqlite").write {
      try $0.execute(sql: "INSERT INTO accounts (name, role, created, seen) VALUES ('ada', 'guest', 1, 1900000000)")
    }
    let folder = try FolderCheckup(scratch.path)
    #expect(problems(DatabaseCheckup(folder).findings(now: 1_899_996_400)).contains("60 minutes behind"))
    #expect(problems(DatabaseCheckup(folder).findings(now: 1_900_000_001)).isEmpty)
  }

  @Test func bounds() async throws {
    try make()
    let folder = try FolderCheckup(scratch.path)
    let full = await DiskCheckup(folder, keepFree: .max, maximumUse: nil).findings()
    #expect(problems(full).contains("nothing more can be stored"))
    writeFile(scratch.path + "/files/a", Array(repeating: 1, count: 950))
    let used = await DiskCheckup(folder, keepFree: 0, maximumUse: 1_000).findings()
    #expect(used.first { $0.check == "use" }?.level == .warning)
    let over = await DiskCheckup(folder, keepFree: 0, maximumUse: 900).findings()
    #expect(over.first { $0.check == "use" }?.level == .error)
  }

  @Test func unfinishedUploads() throws {
    try make()
    let old = "\(landline)/partial/7-\(String(repeating: "0", count: 64))"
    writeFile(old, [1, 2, 3])
    let now = FileTime.now().seconds
    let folder = try FolderCheckup(scratch.path)
    #expect(UploadsCheckup(folder).findings(now: now).map(\.message) == ["1 unfinished or running, 3 B"])
    setAge(old, seconds: Int(now) - 10 * 86_400)
    #expect(problems(UploadsCheckup(folder).findings(now: now)).contains("10 days old"))
    unlink(old)
    writeFile("\(landline)/partial/stranger", [])
    #expect(problems(UploadsCheckup(folder).findings(now: now)).contains("1 names that no server gives"))
  }

  @Test func theLastServer() throws {
    try make()
    #expect(try FolderCheckup(scratch.path).lastServer == getpid())
  }
}
