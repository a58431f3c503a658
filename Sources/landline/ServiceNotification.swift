import Glibc

/// Tells the service manager that started this process how it is (`man 3 sd_notify`): a datagram to the socket that
/// NOTIFY_SOCKET names. Without that variable nobody asks.
enum ServiceNotification {
  /// The server listens.
  static func ready(listening: String) { send("READY=1\nSTATUS=listening on \(listening)") }

  /// The server begins to end.
  static func stopping() { send("STOPPING=1") }

  private static func send(_ text: String) {
    guard let value = getenv("NOTIFY_SOCKET"), let address = Address(String(cString: value)) else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    // Not to be held up by it: whoever is not told in time asks again, or gives up.
    let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    _ = address.withSockaddr { sendto(descriptor, bytes, bytes.count, flags, $0, $1) }
  }

  /// A path, or a name of the abstract namespace (`man 7 unix`), which is written with an `@` at its beginning.
  struct Address {
    private var storage = sockaddr_un()
    private let length: socklen_t

    init?(_ text: String) {
      var bytes = Array(text.utf8)
      guard bytes.count > 1, bytes.count < MemoryLayout.size(ofValue: storage.sun_path) else { return nil }
      switch bytes[0] {
      case UInt8(ascii: "/"): bytes.append(0)
      case UInt8(ascii: "@"): bytes[0] = 0
      default: return nil
      }
      storage.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &storage.sun_path) { $0.copyBytes(from: bytes) }
      // The name of an abstract socket is as long as the length says, NULs among it.
      length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    }

    func withSockaddr<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
      withUnsafePointer(to: storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
      }
    }
  }
}
