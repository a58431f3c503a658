internal import CSockets
internal import Glibc
internal import SystemPackage

/// A connection that a listening socket accepted.
@frozen
public struct AcceptedSocket: ~Copyable, Sendable {
  /// The connection. It blocks, whatever the listening socket does, unless asked otherwise.
  public var socket: Socket
  /// Who connected.
  public let peerAddress: SocketAddress

  init(socket: consuming Socket, peerAddress: SocketAddress) {
    self.socket = socket
    self.peerAddress = peerAddress
  }
}

extension Socket {
  /// The longest queue of connections that wait to be accepted. The kernel has its own bound beside
  /// it, `/proc/sys/net/core/somaxconn`. (Python: `SOMAXCONN`.)
  public static var maximumBacklog: Int { Int(SOMAXCONN) }

  /// Lets peers connect.
  ///
  /// - Parameter backlog: How many connections may wait to be accepted; the kernel caps it. When so
  ///   many wait, TCP lets further clients try again, and Unix clients wait.
  /// - Throws: ``SocketError/isAddressInUse``, ``SocketError/isNotSupported`` for datagrams.
  public func listen(backlog: Int = Socket.maximumBacklog) throws(SocketError) {
    guard SystemCalls.listen(descriptor, CInt(clamping: max(0, backlog))) == 0 else {
      throw SocketError("listen", SystemCalls.lastError)
    }
  }

  /// Waits for a peer to connect.
  ///
  /// A connection that failed while it waited in the queue is passed over (`man 2 accept`, Error
  /// handling).
  ///
  /// - Parameter nonBlocking: Makes the new socket one that does not wait, in the same system call.
  /// - Throws: ``SocketError/isTimedOut``, ``SocketError/isWouldBlock``,
  ///   ``SocketError/isTooManyOpenFiles`` (the connection stays in the queue).
  public func accept(nonBlocking: Bool = false) throws(SocketError) -> AcceptedSocket {
    var native = NativeAddress()
    let descriptor = try perform("accept", .readable) { acceptOnce(&native, nonBlocking) }
    return accepted(CInt(descriptor), native, nonBlocking)
  }

  /// Accepts a connection if one waits; nil if none does.
  ///
  /// - Parameter nonBlocking: Makes the new socket one that does not wait, in the same system call.
  /// - Precondition: The listening socket has a timeout (zero, as a rule): the kernel knows no
  ///   other way not to wait here.
  public func tryAccept(nonBlocking: Bool = true) throws(SocketError) -> AcceptedSocket? {
    precondition(
      timeoutNanoseconds >= 0, "tryAccept on a socket that waits for ever: setBlocking(false)")
    var native = NativeAddress()
    guard let descriptor = try tryPerform("accept", { acceptOnce(&native, nonBlocking) }) else { return nil }
    return accepted(CInt(descriptor), native, nonBlocking)
  }

  private func acceptOnce(_ native: inout NativeAddress, _ nonBlocking: Bool) -> Int {
    let flags = SocketFlags.closeOnExec | (nonBlocking ? SocketFlags.nonBlocking : 0)
    while true {
      native.length = NativeAddress.capacity
      let result = native.withMutablePointer { csockets_accept4(descriptor, $0, $1, flags) }
      if result >= 0 { return Int(result) }
      // These are the new connection's failures, not the listening socket's.
      switch Glibc.errno {
      case ECONNABORTED, EPROTO, ENOPROTOOPT, ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET: continue
      default: return -1
      }
    }
  }

  private func accepted(_ descriptor: CInt, _ native: NativeAddress, _ nonBlocking: Bool) -> AcceptedSocket {
    AcceptedSocket(
      socket: Socket(descriptor: descriptor, family: family, type: type, timeoutNanoseconds: nonBlocking ? 0 : -1),
      peerAddress: native.address)
  }
}
