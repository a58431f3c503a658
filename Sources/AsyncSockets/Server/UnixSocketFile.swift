internal import Glibc
internal import Sockets

/// The file that a Unix listener makes, as long as it is that listener's.
struct UnixSocketFile: Sendable {
  private let path: [CChar]
  private let device: dev_t
  private let inode: ino_t

  init?(_ address: SocketAddress) {
    guard case .unix(let path) = address else { return nil }
    self.path = path.map { CChar(bitPattern: $0) } + [0]
    var status = stat()
    guard lstat(self.path, &status) == 0 else { return nil }
    device = status.st_dev
    inode = status.st_ino
  }

  /// Removes it, unless another server has taken the name.
  func remove() {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
    unlink(path)
  }
}
