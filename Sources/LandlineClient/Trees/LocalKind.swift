import Glibc

/// What a local name leads to, links followed.
public enum LocalKind: Hashable, Sendable {
  /// Bytes.
  case file(size: Int64)
  case folder
  /// A device, a socket, a FIFO.
  case other

  /// Whether there is nothing of that name, not even a symbolic link that leads nowhere.
  public static func isMissing(_ path: String) -> Bool {
    var status = Glibc.stat()
    return lstat(path, &status) != 0 && errno == ENOENT
  }

  /// nil when there is nothing, or nothing that may be looked at.
  public init?(_ path: String) {
    var status = Glibc.stat()
    guard stat(path, &status) == 0 else { return nil }
    if status.isRegularFile {
      self = .file(size: Int64(status.st_size))
    } else {
      self = status.isFolder ? .folder : .other
    }
  }
}
