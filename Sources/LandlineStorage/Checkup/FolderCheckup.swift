import CLinux
import Glibc
public import LandlineProtocol

/// Looks at a data folder without changing anything in it, whether or not a server has it.
public final class FolderCheckup: Sendable {
  private static let check = "data folder"

  /// The absolute path of DATA.
  public let path: String
  let files: Descriptor
  let landline: Descriptor
  /// -1 where there is none.
  let partial: Descriptor
  private let owner: uid_t

  /// Opens what there is of the folder.
  /// - Throws: why no further look is possible.
  public init(_ path: String) throws(StorageError) {
    self.path = try FolderOpening.absolute(path)
    var status = stat()
    guard stat(self.path, &status) == 0 else {
      guard errno == ENOENT else { throw StorageError(errno: errno, "look at \(self.path)") }
      throw StorageError(
        .unsuitable, "there is no folder \(self.path); the first start makes it: landline serve --data \(path)")
    }
    files = try Self.open(self.path, "files", "is not there; has a server ever run on this folder?")
    landline = try Self.open(self.path, "landline", "is not there; has a server ever run on this folder?")
    partial = (try? Self.open(self.path, "landline/partial", "is not there")) ?? Descriptor(owning: -1)
    // The user that the server runs as, as far as the folder tells.
    owner = fstat(landline.raw, &status) == 0 ? status.st_uid : geteuid()
  }

  private static func open(_ data: String, _ name: String, _ missing: String) throws(StorageError) -> Descriptor {
    let raw = clinux_openat(AT_FDCWD, "\(data)/\(name)", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    if raw >= 0 { return Descriptor(owning: raw) }
    switch errno {
    case ENOENT, ENOTDIR: throw StorageError(.unsuitable, "\(data)/\(name) \(missing)")
    case EACCES:
      throw StorageError(
        .unsuitable, "\(data)/\(name) may not be read by user \(geteuid()); run this as its owner, or as root")
    default: throw StorageError(errno: errno, "open \(data)/\(name)")
    }
  }

  /// The process id that the last server has left in the lock.
  public var lastServer: Int32? {
    let raw = clinux_openat(landline.raw, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0)
    guard raw >= 0 else { return nil }
    let file = Descriptor(owning: raw)
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(file.raw, &bytes, bytes.count, 0)
    return Int32(String(decoding: bytes.prefix(max(count, 0)).prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
  }

  /// The text of a secret of `DATA/landline`; nil when there is none of that name.
  public func readSecret(named name: String) throws(StorageError) -> String? {
    try SecretFile.read(name, in: landline, shown: "\(path)/landline")
  }

  /// Who owns what, and who may read it.
  public func findings() -> [Finding] {
    var findings: [Finding] = []
    checkOwners(&findings)
    for name in ["landline", "landline/partial"] { checkFolder(name, 0o700, &findings) }
    for name in ["landline.sqlite", "landline.sqlite-wal", "identity.pem", "control.secret"] {
      checkSecret(name, &findings)
    }
    if findings.isEmpty {
      findings.append(
        Finding(.ok, Self.check, "\(path) belongs to user \(owner); its private part is for that user only"))
    }
    return findings
  }

  /// The server must be the owner of `DATA/landline`, get into DATA, and write into `DATA/files`. Who is root here may do
  /// all that, and the user that the server is started as may not.
  private func checkOwners(_ findings: inout [Finding]) {
    var owners: [uid_t] = []
    var isEnough = true
    for (name, need) in [("", 0o5), ("/landline", 0o7), ("/files", 0o7)] as [(String, mode_t)] {
      var status = stat()
      guard stat(path + name, &status) == 0 else {
        return add(.error, "cannot look at \(path)\(name): \(text(ofErrno: errno))", &findings)
      }
      owners.append(status.st_uid)
      isEnough = isEnough && (status.st_uid == owner || FolderRights.extend(to: owner, status, need))
    }
    if isEnough { return }
    // Whoever owns some of it and is not root is more likely the one that the server is to run as.
    let user = owners.first { $0 != 0 } ?? owner
    add(
      .error,
      "\(path), \(path)/landline and \(path)/files belong to the users \(owners[0]), \(owners[1]) and \(owners[2]), "
        + "and a server needs all of them; if it is to run as user \(user): chown -R \(user) '\(path)'", &findings)
  }

  private func checkFolder(_ name: String, _ mode: mode_t, _ findings: inout [Finding]) {
    var status = stat()
    guard stat("\(path)/\(name)", &status) == 0 else {
      if errno == ENOENT { return }
      return add(.error, "cannot look at \(path)/\(name): \(text(ofErrno: errno))", &findings)
    }
    if status.st_mode & 0o7777 != mode {
      add(
        .error,
        "\(path)/\(name) has the mode \(octal(status.st_mode)) and should have \(octal(mode)): others may get at keys; "
          + "the next start repairs it, or: chmod 700 '\(path)/\(name)'", &findings)
    }
    checkOwner(name, status, &findings)
  }

  private func checkSecret(_ name: String, _ findings: inout [Finding]) {
    var status = stat()
    guard fstatat(landline.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return add(.error, "\(path)/landline/\(name) is not a plain file; put the real one in its place", &findings)
    }
    if status.st_mode & 0o077 != 0 {
      add(
        .error,
        "\(path)/landline/\(name) has the mode \(octal(status.st_mode)): others may read it; "
          + "if nobody has: chmod 600 '\(path)/landline/\(name)'", &findings)
    }
    checkOwner("landline/\(name)", status, &findings)
  }

  private func checkOwner(_ name: String, _ status: stat, _ findings: inout [Finding]) {
    guard status.st_uid != owner else { return }
    add(
      .error,
      "\(path)/\(name) belongs to user \(status.st_uid), but \(path)/landline to \(owner): "
        + "chown -R \(owner) '\(path)/landline'", &findings)
  }

  private func add(_ level: Finding.Level, _ message: String, _ findings: inout [Finding]) {
    findings.append(Finding(level, Self.check, message))
  }

  private func octal(_ mode: mode_t) -> String { "0" + String(mode & 0o7777, radix: 8) }
}
