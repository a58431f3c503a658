internal import Synchronization

/// A socket: the one owner of its descriptor.
///
/// ```swift
/// let socket = try Socket(connectingTo: "example.org", port: 80, timeout: .seconds(5))
/// try socket.sendAll("GET / HTTP/1.0\r\n\r\n".utf8)
/// let answer = try socket.receive(upTo: 4096)
/// socket.close()
/// ```
///
/// A `Socket` cannot be copied. It closes its descriptor when its life ends, or in ``close()``; to
/// use it afterwards, or to close it twice, does not compile. Any number of threads may use one
/// socket at the same time while something keeps it alive, a class for instance; the kernel orders
/// their calls. (Python: `socket.socket`.)
///
/// Every call
/// - begins anew when a signal interrupts it (`EINTR`),
/// - never raises `SIGPIPE`: sending into a closed connection is an error, ``SocketError/isBrokenPipe``,
/// - waits as ``setTimeout(_:)`` says: for ever, not at all, or so long.
///
/// All descriptors are close-on-exec: no program that is started inherits them by accident.
public struct Socket: ~Copyable, Sendable {
  /// The kernel's number, for `poll`, options of your own, or a log. It stays the socket's: do not
  /// close it. (Python: `fileno()`.)
  public private(set) var descriptor: CInt

  /// What kind of addresses it has. (Python: `family`.)
  public let family: AddressFamily

  /// How it carries bytes. (Python: `type`.)
  public let type: SocketType

  /// Atomic, so that a socket that threads share needs no `var`. It orders nothing else, hence relaxed.
  private let storedTimeout: Atomic<Int64>

  /// How long calls wait, in nanoseconds; negative: for ever, 0: not at all.
  var timeoutNanoseconds: Int64 {
    get { storedTimeout.load(ordering: .relaxed) }
    nonmutating set { storedTimeout.store(newValue, ordering: .relaxed) }
  }

  /// Takes a descriptor over. The caller knows what it is.
  package init(descriptor: CInt, family: AddressFamily, type: SocketType, timeoutNanoseconds: Int64 = -1) {
    self.descriptor = descriptor
    self.family = family
    self.type = type
    storedTimeout = Atomic(timeoutNanoseconds)
  }

  deinit {
    if descriptor >= 0 { SystemCalls.close(descriptor) }
  }

  /// Closes the socket.
  ///
  /// What was sent and has not arrived is still delivered, in the background. Nothing says whether
  /// it was: to know, ``shutdown(_:)`` sending and read the peer's end before.
  public consuming func close() {}

  /// Gives the descriptor up without closing it: the caller closes it. (Python: `detach()`.)
  public consuming func detach() -> CInt {
    let descriptor = self.descriptor
    self.descriptor = -1
    return descriptor
  }
}
