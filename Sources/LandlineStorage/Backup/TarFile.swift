import Glibc

/// A tar archive that is being written to a file somebody else owns.
struct TarFile {
  private let raw: Int32
  private let user: UInt32
  private let group: UInt32
  private let modified: Int64
  private let shown: String
  private var size: Int64 = 0

  /// - Parameters:
  ///   - raw: open for writing, at its beginning.
  ///   - modified: seconds since 1970.
  ///   - shown: the archive's name, for messages.
  init(_ raw: Int32, user: UInt32, group: UInt32, modified: Int64, shown: String) {
    self.raw = raw
    self.user = user
    self.group = group
    self.modified = modified
    self.shown = shown
  }

  private func header(_ name: String, _ size: Int64) -> TarHeader {
    TarHeader(name: name, size: size, modified: modified, user: user, group: group)
  }

  mutating func add(_ name: String, _ content: [UInt8]) throws(StorageError) {
    let header = header(name, Int64(content.count))
    try write(header.bytes + content + header.padding)
  }

  /// Adds the first `size` bytes of a file.
  mutating func add(_ name: String, copying source: Int32, size: Int64) throws(StorageError) {
    let header = header(name, size)
    try write(header.bytes)
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var done: Int64 = 0
    while done < size {
      let wanted = Int(min(Int64(buffer.count), size - done))
      let count = retrying { pread(source, &buffer, wanted, off_t(done)) }
      guard count > 0 else { throw StorageError(errno: count == 0 ? EIO : errno, "read the copy of \(name)") }
      try write(Array(buffer[..<count]))
      done += Int64(count)
    }
    try write(header.padding)
  }

  /// - Returns: bytes in all.
  mutating func finish() throws(StorageError) -> Int64 {
    try write(TarHeader.end)
    return size
  }

  private mutating func write(_ bytes: [UInt8]) throws(StorageError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { part in retrying { Glibc.write(raw, part.baseAddress, part.count) } }
      guard count > 0 else { throw StorageError(errno: count == 0 ? EIO : errno, "write \(shown)") }
      rest = rest.dropFirst(count)
    }
    size += Int64(bytes.count)
  }
}
