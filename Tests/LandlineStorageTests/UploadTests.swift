import CLinux
import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct UploadTests {
  @Test func continuesWhatWasKept() throws {
    let place = try Place()
    let key = UploadKey.random()
    let first = try place.store.openUpload(key, keepingOld: true)
    try first.append("one ")
    first.keep()
    #expect(names(in: place.partial) == ["1-\(key.digest)"])
    #expect(mode("\(place.partial)/1-\(key.digest)") == 0o600)
    let second = try place.store.openUpload(key, keepingOld: true)
    #expect(second.size == 4)
    try second.append("two")
    #expect(second.size == 7)
    var bytes = [UInt8](repeating: 0, count: 9)
    #expect(try bytes.withUnsafeMutableBytes { try second.read(into: $0, at: 1) } == 6)
    #expect(bytes.prefix(6) == Array("ne two".utf8)[...])
    _ = try second.publish(as: RemotePath("f"), replacing: false, modified: nil, executable: false)
    #expect(try place.get("f") == "one two")
    #expect(names(in: place.partial).isEmpty)
    #expect(try place.store.openUpload(key, keepingOld: true).size == 0)
  }

  @Test func lettingGoKeepsIt() throws {
    let place = try Place()
    let key = UploadKey.random()
    try place.store.openUpload(key, keepingOld: true).append("kept")
    #expect(try place.store.openUpload(key, keepingOld: true).size == 4)
    #expect(try place.store.openUpload(key, keepingOld: false).size == 0)
  }

  @Test func keptOverARestart() throws {
    let scratch = Scratch()
    let key = UploadKey.random()
    do {
      let store = try DiskContentStore(folder: DataFolder(path: scratch.path))
      try store.openUpload(key, keepingOld: true).append("kept")
    }
    let store = try DiskContentStore(folder: DataFolder(path: scratch.path))
    #expect(try store.openUpload(key, keepingOld: true).size == 4)
  }

  @Test func oneOwnerAtATime() throws {
    let place = try Place()
    let key = UploadKey.random()
    let owner = try place.store.openUpload(key, keepingOld: true)
    for keepingOld in [true, false] {
      #expect(
        code { _ = try place.store.openUpload(key, keepingOld: keepingOld) } == .superseded)
    }
    try owner.append("mine")
    owner.keep()
    // Another program that holds the lock counts, too.
    let raw = clinux_openat(AT_FDCWD, "\(place.partial)/1-\(key.digest)", O_RDWR, 0)
    #expect(flock(raw, LOCK_EX | LOCK_NB) == 0)
    #expect(code { _ = try place.store.openUpload(key, keepingOld: true) } == .superseded)
    close(raw)
    #expect(try place.store.openUpload(key, keepingOld: true).size == 4)
  }

  @Test func endsOnce() throws {
    let place = try Place()
    let upload = try place.store.openUpload(.random(), keepingOld: true)
    upload.discard()
    upload.keep()
    upload.discard()
    #expect(names(in: place.partial).isEmpty)
    #expect(code { try upload.append("x") } == .internal)
    let path = try RemotePath("x")
    #expect(
      code {
        _ = try upload.publish(as: path, replacing: false, modified: nil, executable: false)
      } == .internal)
  }

  @Test func aRemovedAccountLeavesNothing() throws {
    let place = try Place()
    let other = UploadKey.random(account: 11)
    try place.store.openUpload(other, keepingOld: true).append("other")
    for _ in 0..<3 { try place.store.openUpload(.random(), keepingOld: true).append("x") }
    let running = try place.store.openUpload(.random(), keepingOld: true)
    try running.append("running")
    try place.store.dropUploads(account: 1)
    #expect(names(in: place.partial) == ["11-\(other.digest)"])
    let path = try RemotePath("x")
    #expect(
      code {
        _ = try running.publish(as: path, replacing: true, modified: nil, executable: false)
      } == .superseded)
    running.keep()
    #expect(names(in: place.partial) == ["11-\(other.digest)"])
    #expect(names(in: place.real("")).isEmpty)
  }

  @Test func keeps64AndDropsTheOldest() throws {
    let place = try Place()
    let running = try place.store.openUpload(.random(), keepingOld: true)
    var keys: [UploadKey] = []
    for number in 0..<70 {
      let key = UploadKey.random()
      let upload = try place.store.openUpload(key, keepingOld: true)
      try upload.append("x")
      // Each is older than those that come after it; all are older than what runs is to become.
      setAge("\(place.partial)/1-\(key.digest)", seconds: 1_000 + number)
      upload.keep()
      keys.append(key)
    }
    let kept = Set(names(in: place.partial))
    #expect(kept.count == 65)
    #expect(keys.suffix(64).allSatisfy { kept.contains("1-\($0.digest)") })
    try running.append("still there")
    running.keep()
    #expect(names(in: place.partial).count == 64)
  }

  @Test func sweepsAfterSevenDays() throws {
    let place = try Place()
    let now: Int64 = 2_000_000_000
    let week: Int64 = 7 * 24 * 60 * 60
    let young = UploadKey.random()
    let old = UploadKey.random()
    let running = UploadKey.random()
    for key in [young, old] { try place.store.openUpload(key, keepingOld: true).append("x") }
    let upload = try place.store.openUpload(running, keepingOld: true)
    setAge("\(place.partial)/1-\(young.digest)", seconds: Int(now - week + 1))
    setAge("\(place.partial)/1-\(old.digest)", seconds: Int(now - week))
    setAge("\(place.partial)/1-\(running.digest)", seconds: 1)
    writeFile(place.partial + "/somebody else's", [])
    try place.store.sweepUploads(now: now)
    let expected = ["1-\(young.digest)", "1-\(running.digest)", "somebody else's"].sorted()
    #expect(names(in: place.partial) == expected)
    upload.discard()
  }

  @Test func aRefusedPublishDoesNotMakeItOld() throws {
    let place = try Place()
    try place.put("taken", "x")
    let key = UploadKey.random()
    let upload = try place.store.openUpload(key, keepingOld: true)
    try upload.append("x")
    let path = try RemotePath("taken/below")
    let old = FileTime(seconds: 5, nanoseconds: 0)
    #expect(
      code {
        _ = try upload.publish(as: path, replacing: false, modified: old, executable: false)
      } == .wrongKind)
    upload.keep()
    #expect(status("\(place.partial)/1-\(key.digest)")!.st_mtim.tv_sec > 1_000_000)
  }

  @Test func aFileOfTheTreeIsNotContinued() throws {
    let place = try Place()
    let key = UploadKey.random()
    try place.put("file", "stored")
    link(place.real("file"), "\(place.partial)/1-\(key.digest)")
    let upload = try place.store.openUpload(key, keepingOld: true)
    #expect(upload.size == 0)
    try upload.append("x")
    #expect(try place.get("file") == "stored")
  }

  @Test(arguments: ["", "1", "1-", "-1", "01-", "+1-", "x-"])
  func otherNamesAreNoUploads(prefix: String) {
    let hex = Digest256.random().description
    #expect(UploadName(prefix + "zz") == nil)
    if prefix.hasSuffix("-") { #expect((UploadName(prefix + hex) != nil) == (prefix == "1-")) }
  }

  // A limit on the size of files would end this process by a signal: a small tmpfs it is.
  @Test(.enabled(if: geteuid() == 0, "mounting a small disk needs root"))
  func aFullDiskKeepsWhatFits() throws {
    let scratch = Scratch(in: "/dev/shm")
    let mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", scratch.path)
    try #require(mounted == 0)
    defer { run("umount", "-l", scratch.path) }
    let store = try DiskContentStore(folder: DataFolder(path: scratch.path))
    let key = UploadKey.random()
    let upload = try store.openUpload(key, keepingOld: true)
    let piece = String(repeating: "x", count: 50_000)
    #expect(code { for _ in 0..<60 { try upload.append(piece) } } == .noSpace)
    let size = upload.size
    #expect(size > 500_000 && size < 1 << 20)
    upload.keep()
    let again = try store.openUpload(key, keepingOld: true)
    #expect(again.size == size)
    again.discard()
  }
}
