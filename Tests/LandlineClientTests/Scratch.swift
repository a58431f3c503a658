import Glibc

/// A folder for one test, gone with it.
final class Scratch {
  let path: String

  init() throws {
    var template = Array("/tmp/landline-client-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Failure(code: errno) }
    path = String(cString: made)
  }

  struct Failure: Error { var code: Int32 }

  deinit { remove(path) }

  private func remove(_ path: String) {
    chmod(path, 0o700)
    if let stream = opendir(path) {
      while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        if name == [0x2E] || name == [0x2E, 0x2E] { continue }
        let below = Array(path.utf8) + [0x2F] + name + [0]
        below.withUnsafeBytes { bytes in
          guard let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
          if unlink(text) != 0 { remove(String(cString: text)) }
        }
      }
      closedir(stream)
    }
    rmdir(path)
  }

  func folder(_ name: String) { mkdir("\(path)/\(name)", 0o755) }

  func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }

  /// Writes a file, with a time of change.
  func file(_ name: String, _ content: String = "", mode: mode_t = 0o644, seconds: Int = 1_000, nanoseconds: Int = 5) {
    file(bytes: Array(name.utf8), content, mode: mode, seconds: seconds, nanoseconds: nanoseconds)
  }

  func file(
    bytes name: [UInt8], _ content: String = "", mode: mode_t = 0o644, seconds: Int = 1_000, nanoseconds: Int = 5
  ) {
    let full = Array("\(path)/".utf8) + name + [0]
    full.withUnsafeBytes { bytes in
      guard let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
      let number = open(text, O_WRONLY | O_CREAT | O_TRUNC, mode)
      _ = content.withCString { write(number, $0, strlen($0)) }
      fchmod(number, mode)
      let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
      futimens(number, [time, time])
      close(number)
    }
  }

  func content(_ name: String) -> String? {
    let number = open("\(path)/\(name)", O_RDONLY)
    guard number >= 0 else { return nil }
    defer { close(number) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(number, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
  }

  func isThere(_ name: String) -> Bool {
    var status = stat()
    return lstat("\(path)/\(name)", &status) == 0
  }
}
