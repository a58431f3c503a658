import CLinux
import Glibc
import LandlineProtocol

/// A folder that is being read, name by name (`man 3 readdir`). Closes its descriptor when it ends.
struct DirectoryStream: ~Copyable {
  private let stream: OpaquePointer

  /// Reads the folder that `folder` is open on; nil with `errno` set when it is none.
  init?(_ folder: consuming Descriptor) {
    guard let stream = fdopendir(folder.raw) else { return nil }
    // The stream owns the number from here on.
    _ = folder.release()
    self.stream = stream
  }

  /// Its descriptor, for `fstatat` and its like.
  var raw: Int32 { dirfd(stream) }

  /// Calls `body` with the bytes of each name but `.` and `..`, in the order of the file system.
  /// The bytes are good during the call only.
  /// - Returns: 0, or the `errno` that ended it early.
  func forEachName(_ body: (UnsafeRawBufferPointer) -> Void) -> Int32 {
    readNames { name, _ in
      body(name)
      return true
    }.code
  }

  /// Calls `body` with each name but `.` and `..`, NUL behind it, from where the stream is, until it returns false.
  /// - Parameter body: gets the name, good during the call only, and its `d_type`, which may be `DT_UNKNOWN`.
  /// - Returns: 0, or the `errno` that ended it early; and whether the end was reached.
  func readNames(_ body: (UnsafeRawBufferPointer, UInt8) -> Bool) -> (code: Int32, isAtEnd: Bool) {
    while true {
      // readdir tells its end and its failure apart by errno alone.
      errno = 0
      guard let entry = readdir(stream) else { return (errno, errno == 0) }
      guard let name = clinux_dirent_name(entry) else { continue }
      let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
      if Self.isSelfOrParent(bytes) { continue }
      guard body(bytes, entry.pointee.d_type) else { return (0, false) }
    }
  }

  /// Where it is, for `seek` on another stream of the same folder (`man 3 telldir`).
  var position: Int { telldir(stream) }

  func seek(to position: Int) {
    seekdir(stream, position)
  }

  private static func isSelfOrParent(_ name: UnsafeRawBufferPointer) -> Bool {
    let dot = UInt8(ascii: ".")
    return name.count == 1 && name[0] == dot || name.count == 2 && name[0] == dot && name[1] == dot
  }

  deinit {
    closedir(stream)
  }
}
