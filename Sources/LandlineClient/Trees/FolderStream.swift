import CLinux
import Glibc

/// An open local folder whose names are read.
final class FolderStream {
  struct Failure: Error {
    var code: Int32
  }

  /// The names of a folder, each with a NUL behind it, without `.` and `..`.
  struct Names {
    var bytes: [UInt8] = []
    /// Where each is, without its NUL.
    var ranges: [Range<Int>] = []
    /// The `errno` of what ended the list early; 0.
    var code: Int32 = 0
  }

  private let stream: OpaquePointer
  /// For calls relative to the folder.
  let number: Int32

  /// Takes over a folder's descriptor.
  /// - Returns: nil when there is no memory, with `errno`; then the descriptor is closed.
  init?(owning number: Int32) {
    guard let stream = fdopendir(number) else {
      let code = errno
      close(number)
      errno = code
      return nil
    }
    self.stream = stream
    self.number = number
  }

  deinit {
    closedir(stream)
  }

  /// Opens a folder.
  /// - Parameters:
  ///   - name: relative to `folder`, a descriptor or `AT_FDCWD`.
  ///   - followsLinks: whether `name` may be a symbolic link.
  static func open(_ name: String, in folder: Int32, followsLinks: Bool) -> Result<FolderStream, Failure> {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW)
    var number: Int32
    repeat { number = openat(folder, name, flags) } while number < 0 && errno == EINTR
    guard number >= 0 else { return .failure(Failure(code: errno)) }
    guard let stream = FolderStream(owning: number) else { return .failure(Failure(code: errno)) }
    return .success(stream)
  }

  /// All names, in the order of the file system.
  func names() -> Names {
    var names = Names()
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        names.code = errno
        return names
      }
      guard let text = clinux_dirent_name(entry) else { continue }
      let name = UnsafeRawBufferPointer(start: text, count: strlen(text))
      if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { continue }
      names.ranges.append(names.bytes.count..<names.bytes.count + name.count)
      names.bytes.append(contentsOf: name)
      names.bytes.append(0)
    }
  }

  /// The status of one of the names.
  /// - Parameters:
  ///   - bytes: those of ``Names``.
  ///   - followsLinks: whether a symbolic link stands for what it leads to.
  /// - Returns: 0 or `errno`.
  func status(
    of bytes: UnsafeRawBufferPointer, _ range: Range<Int>, followsLinks: Bool, into status: inout stat
  ) -> Int32 {
    guard let start = bytes.baseAddress, bytes[range.upperBound] == 0 else { return EINVAL }
    let name = (start + range.lowerBound).assumingMemoryBound(to: CChar.self)
    guard fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return errno }
    guard status.isLink, followsLinks else { return 0 }
    return fstatat(number, name, &status, 0) == 0 ? 0 : errno
  }
}
