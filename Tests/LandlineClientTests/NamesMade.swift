import Glibc

/// The names that appear in a folder, however short they stay (man 7 inotify).
final class NamesMade {
  private let descriptor: Int32

  init(in folder: String) throws {
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard inotify_add_watch(descriptor, folder, UInt32(IN_CREATE | IN_MOVED_TO)) >= 0 else {
      throw Scratch.Failure(code: errno)
    }
  }

  deinit { close(descriptor) }

  /// Those since the last call.
  func all() -> [String] {
    var names: [String] = []
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { buffer in
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      var offset = 0
      while offset < count {
        // struct inotify_event: wd, mask, cookie and len, 4 bytes each, then len bytes of a name that ends with NULs.
        let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
        let name = buffer[offset + 16..<offset + 16 + length].prefix { $0 != 0 }
        names.append(String(decoding: name, as: UTF8.self))
        offset += 16 + length
      }
    }
    return names
  }
}
