import Glibc

/// Small files of the kernel's, which have no size until they are read (`man 5 proc`).
enum ProcessFile {
  private static let most = 65_536

  /// The text; nil when there is no such file.
  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: most)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
