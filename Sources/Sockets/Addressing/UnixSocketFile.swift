internal import Glibc
internal import Sockets

/// The file that a Unix socket is bound to. It stays behind when the socket closes, and would stand in the next
/// server's way.
struct UnixPath: Sendable {
  private let path: [CChar]
  private let device: dev_t
  private let number: ino_t

  /// Nil for other addresses.
  init?(_ address: SocketAddress) {
    guard case .unix(let bytes) = address else { return nil }
    path = bytes.map { CChar(bitPattern: $0) } + [0]
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    device = status.st_dev
    number = status.st_ino
  }

  /// Removes the file, if it is still the one that was bound to.
  func remove() {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == number else { return }
    unlink(path)
  }
}
