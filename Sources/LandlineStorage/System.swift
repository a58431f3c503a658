import Glibc
import LandlineProtocol
import LandlineServices

/// Calls `call` again as long as a signal interrupts it.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result == -1, errno == EINTR { continue }
    return result
  }
}

/// What `errno` value `code` means, in words.
func text(ofErrno code: Int32) -> String {
  // glibc's strerror is safe for threads since 2.32: its buffer is the thread's own.
  guard let words = strerror(code) else { return "error \(code)" }
  return String(cString: words)
}

/// `bytes` as C wants a name: with a NUL behind it. They must have none inside; `RemotePath` sees
/// to it.
func cString(_ bytes: some Sequence<UInt8>) -> [CChar] {
  var characters = bytes.map { CChar(bitPattern: $0) }
  characters.append(0)
  return characters
}

extension FileTime {
  init(_ time: timespec) {
    self.init(seconds: Int64(time.tv_sec), nanoseconds: Int32(truncatingIfNeeded: time.tv_nsec))
  }

  /// The time now.
  static func now() -> FileTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return FileTime(time)
  }
}

extension timespec {
  init(_ time: FileTime) {
    self.init(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds))
  }
}

extension EntryKind {
  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}

extension EntryStatus {
  init(_ status: stat) {
    let kind = EntryKind(mode: status.st_mode)
    self.init(
      kind: kind,
      executable: kind == .file && status.st_mode & S_IXUSR != 0,
      version: FileVersion(
        device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
        modified: FileTime(status.st_mtim), changed: FileTime(status.st_ctim)))
  }
}
