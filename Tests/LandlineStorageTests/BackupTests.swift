import GRDB
import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct TarHeaderTests {
  private func header(size: Int64, user: UInt32 = 1_000) -> TarHeader {
    TarHeader(name: "landline.sqlite", size: size, modified: 1_795_250_511, user: user, group: 7)
  }

  private func text(_ block: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self)
  }

  @Test func theFieldsOfTheStandard() {
    let block = header(size: 1_234).bytes
    #expect(block.count == 512)
    #expect(text(block, 0..<100) == "landline.sqlite")
    #expect(text(block, 100..<108) == "0000600")
    #expect(text(block, 108..<116) == "0001750")
    #expect(text(block, 124..<136) == "00000002322")
    #expect(block[156] == UInt8(ascii: "0"))
    #expect(text(block, 257..<263) == "ustar")
  }

  @Test func theSumIsThatWithBlanksInItsPlace() {
    let block = header(size: 99).bytes
    let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    #expect(Int(text(block, 148..<154), radix: 8) == sum)
  }

  @Test func aSizeOf8GiBDoesNotFitInDigits() {
    let block = header(size: 1 << 33).bytes
    #expect(Array(block[124..<136]) == [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])
  }

  @Test(arguments: [(Int64(0), 0), (1, 511), (512, 0), (513, 511)])
  func contentIsFilledUpToBlocks(_ size: Int64, _ padding: Int) {
    #expect(header(size: size).padding.count == padding)
  }
}

@Suite struct BackupTests {
  private let scratch = Scratch()
  private var data: String { scratch.path + "/data" }
  private var target: String { scratch.path + "/backups" }

  private func open() throws -> (DataFolder, SQLiteStore) {
    mkdir(target, 0o755)
    let folder = try DataFolder(path: data)
    return (folder, try SQLiteStore(folder: folder))
  }

  private func backup(_ name: String = "b.tar", replacing: Bool = false) throws -> String {
    try FolderBackup(FolderCheckup(data)).write(to: "\(target)/\(name)", now: 1_795_250_511, replacing: replacing).path
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch { return "\(error)" }
  }

  @Test func hasWhatIsThereWhileTheServerRuns() async throws {
    let (folder, store) = try open()
    try folder.writeSecret(named: "identity.pem", "the key\n")
    for number in 0..<50 {
      try await store.addInvite(hash: .random(), role: "guest", creator: nil, created: Int64(number), expires: .max)
    }
    let path = try backup()
    #expect(mode(path) == 0o600)
    #expect(names(in: target) == ["b.tar"])
    mkdir(scratch.path + "/out", 0o700)
    #expect(run("tar", "xf", path, "-C", scratch.path + "/out") == 0)
    #expect(names(in: scratch.path + "/out") == ["identity.pem", "landline.sqlite"])
    #expect(mode(scratch.path + "/out/identity.pem") == 0o600)
    #expect(readFile(scratch.path + "/out/identity.pem") == Array("the key\n".utf8))
    let count = try await DatabaseQueue(path: scratch.path + "/out/landline.sqlite").read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM invites")
    }
    #expect(count == 50)
    try store.close()
  }

  @Test func isAServersDatabaseAgain() async throws {
    var (folder, store): (DataFolder?, SQLiteStore?) = try open()
    try await store?.addInvite(hash: .random(), role: "guest", creator: nil, created: 1, expires: .max)
    let path = try backup()
    try store?.close()
    (folder, store) = (nil, nil)
    _ = folder
    run("rm", "-rf", data + "/landline")
    mkdir(data + "/landline", 0o700)
    #expect(run("tar", "xf", path, "-C", data + "/landline") == 0)
    let restored = try open()
    #expect(try await !restored.1.isEmpty())
    try restored.1.close()
  }

  @Test func aNameThatIsTakenStays() throws {
    let (_, store) = try open()
    writeFile("\(target)/b.tar", [1, 2, 3])
    #expect(message { _ = try backup() }.contains("--replace"))
    #expect(readFile("\(target)/b.tar") == [1, 2, 3])
    #expect(try backup(replacing: true).hasSuffix("/b.tar"))
    #expect(readFile("\(target)/b.tar")?.count ?? 0 > 10_000)
    try store.close()
  }

  @Test func inAFolderItIsNamedByTheTime() throws {
    let (_, store) = try open()
    #expect(try backup("") == "\(target)/landline-20261121-084151.tar")
    #expect(try backup("made/") == "\(target)/made/landline-20261121-084151.tar")
    #expect(mode("\(target)/made") == 0o700)
    try store.close()
  }

  @Test func severalOfTheSameSecondAreNumbered() throws {
    let (_, store) = try open()
    let expected = ["084151", "084151-2", "084151-3"].map { "\(target)/landline-20261121-\($0).tar" }
    #expect(try [backup(""), backup("", replacing: true), backup("")] == expected)
    try store.close()
  }

  @Test func standardOutputIsNoPlaceForASecret() throws {
    let (_, store) = try open()
    #expect(
      message { _ = try FolderBackup(FolderCheckup(data)).write(to: "-", now: 0, replacing: false) }.contains("'./-'"))
    try store.close()
  }

  @Test func whatAKilledOneHasLeftIsTakenOver() throws {
    let (_, store) = try open()
    for name in [".landline-backup.part", ".landline-backup.sqlite", ".landline-backup.sqlite-journal"] {
      writeFile("\(target)/\(name)", Array(repeating: 9, count: 100_000))
    }
    _ = try backup()
    #expect(names(in: target) == ["b.tar"])
    #expect(run("tar", "tf", "\(target)/b.tar") == 0)
    try store.close()
  }

  @Test func oneAtATimeInAFolder() throws {
    let (_, store) = try open()
    let place = try BackupPlace("\(target)/other.tar", now: 0)
    let held = try place.openLocked(".landline-backup.part")
    #expect(message { _ = try backup() }.contains("another backup"))
    _ = consume held
    _ = try backup()
    try store.close()
  }

  @Test func saysWhatIsMissing() throws {
    #expect(message { _ = try backup() }.contains("there is no folder \(data)"))
    let (_, store) = try open()
    #expect(message { _ = try backup("no/b.tar") }.contains("there is no folder \(target)/no"))
    #expect(message { _ = try backup("no/no/") }.contains("there is no folder \(target)/no/no"))
    try store.close()
  }
}
