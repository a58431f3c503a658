import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization
import Testing

@testable import LandlineStorage

@Suite struct PublishTests {
  @Test(arguments: ["/tmp", "/dev/shm"])
  func keepsContentTimesAndMode(parent: String) throws {
    let place = try Place(in: parent)
    let modified = FileTime(seconds: 1_000_000_000, nanoseconds: 123_456_789)
    let stored = try place.put("a b/é 🎉", "content", modified: modified)
    #expect(try place.get("a b/é 🎉") == "content")
    #expect(stored == (try place.store.status(of: RemotePath("a b/é 🎉"))))
    #expect(stored.modified == modified)
    #expect(stored.size == 7)
    #expect(mode(place.real("a b/é 🎉")) == 0o644)
    #expect(try place.put("run", "", executable: true).executable)
    #expect(mode(place.real("run")) == 0o755)
    #expect(names(in: place.partial).isEmpty)
  }

  @Test func withoutATimeItIsNow() throws {
    let place = try Place()
    var before = timespec()
    clock_gettime(CLOCK_REALTIME, &before)
    let stored = try place.put("now", "x")
    #expect(abs(stored.modified.seconds - Int64(before.tv_sec)) < 60)
  }

  @Test func replacesOnlyWhenAsked() throws {
    let place = try Place()
    try place.put("a", "old")
    let reader = try place.store.openFile(RemotePath("a"))
    #expect(code { try place.put("a", "new") } == .exists)
    #expect(try place.get("a") == "old")
    try place.put("a", "new", replacing: true)
    #expect(try place.get("a") == "new")
    // Who had it open reads the old one to its end.
    var bytes = [UInt8](repeating: 0, count: 3)
    #expect(try bytes.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) } == 3)
    #expect(bytes == Array("old".utf8))
    #expect(names(in: place.partial).isEmpty)
  }

  @Test func aRefusedUploadCanBePublishedElsewhere() throws {
    let place = try Place()
    try place.put("a", "first")
    let upload = try place.store.openUpload(.random(), keepingOld: true)
    try upload.append("second")
    let old = FileTime(seconds: 5, nanoseconds: 0)
    let taken = try RemotePath("a")
    #expect(
      code {
        _ = try upload.publish(as: taken, replacing: false, modified: old, executable: false)
      } == .exists)
    let stored = try upload.publish(
      as: RemotePath("a (1)"), replacing: false, modified: old, executable: false)
    #expect(stored.modified == old)
    #expect(try place.get("a (1)") == "second")
  }

  @Test func theVersionTellsEachChangeApart() throws {
    let place = try Place()
    let stored = try place.put("a", "one", modified: FileTime(seconds: 1, nanoseconds: 0))
    let reader = try place.store.openFile(RemotePath("a"))
    #expect(try reader.currentStatus().version == stored.version)
    writeFile(place.real("a"), Array("two".utf8))
    setAge(place.real("a"), seconds: 1)
    let now = try reader.currentStatus()
    #expect(now.modified == stored.modified && now.size == stored.size)
    if Kernel.hasFineTimes { #expect(now.version != stored.version) }
  }

  @Test func oneOfTwoWinsTheName() async throws {
    let place = try Place()
    for round in 0..<50 {
      let path = try RemotePath("race \(round)/deep/name")
      let uploads = try (0..<2).map { number in
        let upload = try place.store.openUpload(.random(), keepingOld: false)
        try upload.append("from \(number)")
        return upload
      }
      // Both leave the gate together, or nearly; whoever is first, exactly one may win.
      let gate = Atomic<Int>(0)
      let results = Mutex<[Bool]>([])
      var threads = [pthread_t](repeating: 0, count: 2)
      for number in 0..<2 {
        let work = Unmanaged.passRetained(
          Work {
            gate.add(1, ordering: .sequentiallyConsistent)
            while gate.load(ordering: .sequentiallyConsistent) < 2 {}
            let result = code {
              _ = try uploads[number].publish(
                as: path, replacing: false, modified: nil, executable: false)
            }
            results.withLock { $0.append(result == nil) }
            if let result { #expect(result == .exists) }
          })
        let made = pthread_create(
          &threads[number], nil,
          { argument in
            Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
            return nil
          }, work.toOpaque())
        #expect(made == 0)
      }
      for thread in threads { pthread_join(thread, nil) }
      #expect(results.withLock { $0.filter { $0 }.count } == 1)
      #expect(try place.get(path.description).hasPrefix("from "))
    }
  }

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  @Test func linkInsteadOfRename() throws {
    let place = try Place()
    for name in ["one", "two"] { writeFile("\(place.partial)/\(name)", Array(name.utf8)) }
    let folder = place.folder
    let target = cString("x".utf8)
    #expect(Rename.link("one", in: folder.partial, to: target, in: folder.files) == 0)
    #expect(Rename.link("two", in: folder.partial, to: target, in: folder.files) == EEXIST)
    #expect(try place.get("x") == "one")
    #expect(names(in: place.partial) == ["two"])
  }

  @Test func removes() async throws {
    let place = try Place()
    try place.put("folder/file", "x")
    #expect(await asyncCode { try await place.store.remove(RemotePath("folder")) } == .notEmpty)
    try await place.store.remove(RemotePath("folder/file"))
    try await place.store.remove(RemotePath("folder"))
    #expect(names(in: place.real("")).isEmpty)
    #expect(await asyncCode { try await place.store.remove(.root) } == .wrongKind)
    // The same folder again, after its name had been settled once.
    try place.put("folder/file", "y")
    #expect(try place.get("folder/file") == "y")
  }

  @Test func tellsTheSpace() throws {
    let (free, total) = try Place(in: "/dev/shm").store.space()
    #expect(free > 0 && free <= total)
  }

  @Test(arguments: [
    (ENOENT, ErrorCode.notFound), (ENOTDIR, .wrongKind), (EISDIR, .wrongKind), (ELOOP, .wrongKind),
    (EXDEV, .wrongKind), (ENAMETOOLONG, .badPath), (ENOSPC, .noSpace), (EDQUOT, .noSpace),
    (EFBIG, .noSpace), (EACCES, .internal), (ENOTEMPTY, .notEmpty), (EEXIST, .exists),
    (EIO, .internal), (EBUSY, .wrongKind),
  ])
  func errorsByNumber(number: Int32, expected: ErrorCode) throws {
    let error = LineError(errno: number, action: "open", path: try RemotePath("a"))
    #expect(error.code == expected)
    if number == ENOSPC { #expect(error.message == "the server's disk is full") }
    if number == EIO { #expect(error.message.contains("Input/output error")) }
  }
}
