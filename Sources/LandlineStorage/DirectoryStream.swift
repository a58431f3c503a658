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
    while true {
      // readdir tells its end and its failure apart by errno alone.
      errno = 0
      guard let entry = readdir(stream) else { return errno }
      guard let name = clinux_dirent_name(entry) else { continue }
      let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
      if bytes.elementsEqual(".".utf8) || bytes.elementsEqual("..".utf8) { continue }
      body(bytes)
    }
  }

  deinit {
    closedir(stream)
  }
}
