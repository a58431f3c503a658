import CLinux
import Glibc
import LandlineProtocol
import LandlineServices

/// One walk through a folder that adds up the bytes of its files, whatever their names, on its own disk only.
struct UsageCount: ~Copyable {
  /// Folders in folders that are entered; a path has fewer, what is deeper was made by hand.
  private static let deepest = 256
  /// How many names are looked at, and held in memory for each folder on the way, without a pause for others who need
  /// the thread.
  private static let stride = 1_024

  private var bytes: Int64 = 0
  private let disk: UInt64

  private init(disk: UInt64) {
    self.disk = disk
  }

  /// - Parameter folder: a descriptor that stays open meanwhile.
  /// - Returns: nil when a folder cannot be read.
  static func count(in folder: Int32) async throws -> Int64? {
    var status = stat()
    let raw = clinux_openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard raw >= 0 else { return nil }
    let root = Descriptor(owning: raw)
    guard fstat(root.raw, &status) == 0 else { return nil }
    var count = UsageCount(disk: UInt64(status.st_dev))
    return try await count.enter(root, depth: 0) ? count.bytes : nil
  }

  /// - Returns: false when something cannot be read.
  private mutating func enter(_ folder: consuming Descriptor, depth: Int) async throws -> Bool {
    guard let stream = DirectoryStream(folder) else { return false }
    while true {
      let (folders, isAtEnd) = addFiles(of: stream)
      guard let isAtEnd else { return false }
      for name in folders where depth < Self.deepest {
        let raw = clinux_openat(stream.raw, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
        if raw < 0 {
          // Removed, or something else has its name now.
          if errno == ENOENT || errno == ENOTDIR || errno == ELOOP { continue }
          return false
        }
        guard try await enter(Descriptor(owning: raw), depth: depth + 1) else { return false }
      }
      if isAtEnd { return true }
      try Task.checkCancellation()
      await Task.yield()
    }
  }

  /// Adds up the files among the next names of a folder.
  /// - Returns: the folders among them; and whether they were the last, nil when they cannot be read.
  private mutating func addFiles(of stream: borrowing DirectoryStream) -> (folders: [[CChar]], isAtEnd: Bool?) {
    let raw = stream.raw
    var folders: [[CChar]] = []
    var found: Int64 = 0
    var looked = 0
    let disk = disk
    let (code, isAtEnd) = stream.readNames { bytes, _ in
      looked += 1
      let name = cString(bytes)
      var status = stat()
      if fstatat(raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0, UInt64(status.st_dev) == disk {
        switch status.st_mode & S_IFMT {
        case S_IFREG: found = found.addingSaturated(Int64(status.st_size))
        case S_IFDIR: folders.append(name)
        default: break
        }
      }
      return looked < Self.stride
    }
    bytes = bytes.addingSaturated(found)
    return (folders, code == 0 ? isAtEnd : nil)
  }
}
