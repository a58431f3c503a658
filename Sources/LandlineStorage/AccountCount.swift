import CLinux
import Glibc
import LandlineServices

/// Walks that add up the bytes of each account, and keep `AccountUsage` true.
struct AccountCounter {
  private static let shortestPause = Duration.seconds(5)
  private static let pauseFactor = 20
  private static let longestPause = Duration.seconds(3_600)

  let usage: AccountUsage
  let data: DataFolder

  /// Runs until its task is cancelled.
  func run() async {
    // The first quota comes once in a server's life, if ever.
    await usage.waitUntilActive()
    while !Task.isCancelled {
      let start = ContinuousClock.now
      usage.beginCount()
      // In this order: what is stored meanwhile is met once at least.
      var count = AccountCount()
      guard (try? await count.uploads(in: data.partial.raw)) != nil,
        (try? await count.files(in: data.files.raw)) != nil
      else { return }
      // What changed in the moment in which counting began was not noted: so the first count is soon made again.
      let isFirst = !usage.isCounted
      let isDoubtful = usage.endCount(count.bytes) || isFirst
      if !usage.isCounted { continue }
      let pause = max(Self.shortestPause, (.now - start) * Self.pauseFactor)
      // People change files by hand, of which nobody tells: it is counted again after a time.
      try? await Task.sleep(for: isDoubtful ? min(pause, Self.longestPause) : Self.longestPause)
    }
  }
}

/// One walk. What cannot be read is passed over: the server could not have stored anything there.
struct AccountCount {
  /// Folders in folders that are entered; a path has fewer, what is deeper was made by hand.
  private static let deepest = 256
  /// How many names are looked at without a pause for others who need the thread.
  private static let stride = 1_024

  private(set) var bytes: [Int64: Int64] = [:]

  /// Adds up the unfinished uploads, whose names say whose they are, and whole files on their way, which carry a mark.
  mutating func uploads(in folder: Int32) async throws {
    guard let stream = Self.open(".", in: folder) else { return }
    try await add(stream, depth: Self.deepest) { name, folder in
      let text = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return UploadName(text)?.account ?? OwnerMark.read(name, in: folder)
    }
  }

  /// Adds up the files of the tree, which carry a mark.
  mutating func files(in folder: Int32) async throws {
    guard let stream = Self.open(".", in: folder) else { return }
    try await add(stream, depth: 0) { name, folder in OwnerMark.read(name, in: folder) }
  }

  private static func open(_ name: [CChar], in folder: Int32) -> DirectoryStream? {
    let raw = clinux_openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
    return raw < 0 ? nil : DirectoryStream(Descriptor(owning: raw))
  }

  private static func open(_ name: String, in folder: Int32) -> DirectoryStream? {
    open(cString(name.utf8), in: folder)
  }

  private mutating func add(
    _ stream: consuming DirectoryStream, depth: Int, _ owner: (_ name: [CChar], _ folder: Int32) -> Int64?
  ) async throws {
    while true {
      let (folders, isAtEnd) = addFiles(of: stream, owner)
      for name in folders where depth < Self.deepest {
        guard let inner = Self.open(name, in: stream.raw) else { continue }
        try await add(inner, depth: depth + 1, owner)
      }
      if isAtEnd { return }
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  /// - Returns: the folders among the next names; and whether they were the last.
  private mutating func addFiles(
    of stream: borrowing DirectoryStream, _ owner: (_ name: [CChar], _ folder: Int32) -> Int64?
  ) -> (folders: [[CChar]], isAtEnd: Bool) {
    let raw = stream.raw
    var folders: [[CChar]] = []
    var found: [(account: Int64, size: Int64)] = []
    var looked = 0
    let (code, isAtEnd) = stream.readNames { bytes, _ in
      looked += 1
      let name = cString(bytes)
      var status = stat()
      if fstatat(raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
        switch EntryKind(mode: status.st_mode) {
        case .file:
          if let account = owner(name, raw) { found.append((account, Int64(status.st_size))) }
        case .folder: folders.append(name)
        case .other: break
        }
      }
      return looked < Self.stride
    }
    for (account, size) in found { bytes[account] = (bytes[account] ?? 0) + size }
    return (folders, isAtEnd || code != 0)
  }
}
