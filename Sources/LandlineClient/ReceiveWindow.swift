import NIOCore
import NIOPosix

/// How much of what a server sends is taken before somebody wants it.
///
/// Much, as a rule: every read of the kernel is a turn of the whole pipeline. But who takes no more than so many bytes
/// a second must take them evenly. Else a megabyte lies here for minutes while the server sees nobody read, and
/// gives the connection up (docs/PROTOCOL.md section 7).
struct ReceiveWindow: Hashable, Sendable {
  static let usual = ReceiveWindow(waiting: 1_048_576, readSize: 262_144, readsAtOnce: 1, kernel: nil)

  /// Bytes that may wait in each queue.
  var waiting: Int
  /// Bytes of one read.
  var readSize: Int
  var readsAtOnce: UInt
  /// Bytes of the kernel's own buffer (SO_RCVBUF, man 7 socket); nil to let it find its size.
  var kernel: Int?

  /// For a connection on which so many bytes a second are taken.
  init(_ limit: RateLimit?) {
    guard let limit, limit.rate < 4 << 20 else {
      self = .usual
      return
    }
    // About a second's worth, and never less than a piece of TLS.
    let waiting = min(max(Int(limit.rate), 32_768), 1_048_576)
    self.init(waiting: waiting, readSize: 16_384, readsAtOnce: 1, kernel: waiting)
  }

  private init(waiting: Int, readSize: Int, readsAtOnce: UInt, kernel: Int?) {
    self.waiting = waiting
    self.readSize = readSize
    self.readsAtOnce = readsAtOnce
    self.kernel = kernel
  }

  /// Sets what a bootstrap can set.
  func apply(to bootstrap: ClientBootstrap) -> ClientBootstrap {
    let bootstrap =
      bootstrap
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readSize))
      .channelOption(.maxMessagesPerRead, value: readsAtOnce)
    guard let kernel else { return bootstrap }
    return bootstrap.channelOption(.socketOption(.so_rcvbuf), value: kernel)
  }
}
