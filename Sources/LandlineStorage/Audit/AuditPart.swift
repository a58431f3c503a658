import CLinux
import Glibc

/// The part of the audit log that is being written.
struct AuditPart: ~Copyable {
  private var file: Descriptor
  private var size: Int64
  private var isDirty = false
  private let path: String

  private init(_ file: consuming Descriptor, size: Int64, path: String) {
    self.file = file
    self.size = size
    self.path = path
  }

  /// Opens the newest part, or begins it.
  static func open(in folder: DataFolder) throws(StorageError) -> AuditPart {
    let path = "\(folder.landlinePath)/\(AuditFile.name)"
    let raw = retrying {
      clinux_openat(
        folder.landline.raw, AuditFile.name, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }
    guard raw >= 0 else { throw StorageError(errno: errno, "open \(path)") }
    let file = Descriptor(owning: raw)
    var status = stat()
    guard fstat(file.raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw StorageError(.unsuitable, "\(path) is no file; move it away")
    }
    try FolderOpening.sync(folder.landline, shown: folder.landlinePath)
    var part = AuditPart(file, size: Int64(status.st_size), path: path)
    try part.endLastLine(in: folder)
    return part
  }

  /// A server that was killed, or a disk that was full, may have left half a line.
  private mutating func endLastLine(in folder: DataFolder) throws(StorageError) {
    guard size > 0 else { return }
    let raw = retrying {
      clinux_openat(folder.landline.raw, AuditFile.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0)
    }
    guard raw >= 0 else { throw StorageError(errno: errno, "read \(path)") }
    let reader = Descriptor(owning: raw)
    var last: UInt8 = 0
    guard retrying({ pread(reader.raw, &last, 1, off_t(size - 1)) }) == 1 else {
      throw StorageError(errno: errno, "read \(path)")
    }
    if last != UInt8(ascii: "\n") { try write([UInt8(ascii: "\n")]) }
  }

  /// Writes lines. Half of them may be there when it fails.
  mutating func write(_ lines: [UInt8]) throws(StorageError) {
    var rest = lines[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { part in
        retrying { Glibc.write(file.raw, part.baseAddress, part.count) }
      }
      guard count > 0 else {
        let code = count == 0 ? EIO : errno
        // So that what is written next begins on a line of its own.
        if rest.count < lines.count { _ = ftruncate(file.raw, off_t(size)) }
        throw StorageError(errno: code, "write \(path)")
      }
      rest = rest.dropFirst(count)
    }
    size += Int64(lines.count)
    isDirty = true
  }

  mutating func sync() {
    guard isDirty else { return }
    isDirty = false
    _ = retrying { fdatasync(file.raw) }
  }

  /// Begins a new part when this one is large: `audit.jsonl` becomes `.1`, `.1` becomes `.2`, the last one goes.
  mutating func rotateIfLarge(_ folder: DataFolder) throws(StorageError) {
    guard size >= AuditFile.partSize else { return }
    sync()
    let landline = folder.landline.raw
    for number in stride(from: AuditFile.olderParts - 1, through: 0, by: -1) {
      let old = number == 0 ? AuditFile.name : "\(AuditFile.name).\(number)"
      guard renameat(landline, old, landline, "\(AuditFile.name).\(number + 1)") == 0 || errno == ENOENT else {
        throw StorageError(errno: errno, "begin a new part of \(path)")
      }
    }
    self = try AuditPart.open(in: folder)
  }
}
