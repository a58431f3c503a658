internal import Glibc

/// The file that a Unix socket is bound to. It stays behind when the socket closes, and would stand in the next
/// server's way.
package struct UnixSocketFile: Sendable {
  private let path: [CChar]
  private let device: dev_t
  private let inode: ino_t

  /// Nil for other addresses, and where there is no file.
  package init?(_ address: SocketAddress) {
    guard case .unix(let bytes) = address else { return nil }
    path = bytes.map { CChar(bitPattern: $0) } + [0]
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    device = status.st_dev
    inode = status.st_ino
  }

  /// Removes the file, if it is still the one that was bound to.
  package func remove() {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
    unlink(path)
  }
}
