internal import CSockets
internal import Glibc
public import SystemPackage

extension Socket {
  /// Connects to a peer. (Python: `connect()`.)
  ///
  /// For datagrams it sets the peer that ``send(_:flags:)`` sends to and that alone is heard.
  ///
  /// - Throws: ``SocketError/isConnectionRefused``, ``SocketError/isTimedOut``,
  ///   ``SocketError/isUnreachable``; of a socket that does not wait, ``SocketError/isInProgress``:
  ///   see ``beginConnect(to:)``.
  public func connect(to address: SocketAddress) throws(SocketError) {
    try connect(to: address, until: Deadline(after: timeoutNanoseconds))
  }

  func connect(to address: SocketAddress, until deadline: Deadline) throws(SocketError) {
    do throws(SocketError) {
      guard try !beginConnect(to: address) else { return }
    } catch {
      guard family == .unix, timeoutNanoseconds > 0, error.errno == .wouldBlock else { throw error }
      return try connectToFullQueue(address, until: deadline)
    }
    guard isBlocking else { throw SocketError("connect", .nowInProgress, address) }
    do throws(SocketError) {
      try wait(for: .writable, until: deadline, "connect")
    } catch {
      throw error.withAddress(address)
    }
    try finishConnect(to: address)
  }

  /// Connects, and answers what the kernel says instead of throwing it. (Python: `connect_ex()`.)
  ///
  /// - Returns: nil when connected; else why not. `EINPROGRESS` of a socket that does not wait.
  /// - Throws: Only ``SocketError/Code/invalidAddress``, for what is no address.
  public func connectErrno(to address: SocketAddress) throws(SocketError) -> Errno? {
    do throws(SocketError) {
      try connect(to: address)
      return nil
    } catch {
      guard let errno = error.errno else { throw error }
      return errno
    }
  }

  /// Begins to connect, for a loop of one's own: when the socket has become writable,
  /// ``finishConnect(to:)`` tells how it went.
  ///
  /// - Returns: Whether it is connected already. A socket that blocks waits here, and answers
  ///   false only after a signal has interrupted it.
  /// - Throws: What ``connect(to:)`` throws. A Unix socket whose server's queue is full does not
  ///   begin: ``SocketError/isWouldBlock`` and not ``SocketError/isInProgress``. Try again later.
  public func beginConnect(to address: SocketAddress) throws(SocketError) -> Bool {
    let native = try NativeAddress(address)
    while true {
      guard native.withPointer({ SystemCalls.connect(descriptor, $0, $1) }) != 0 else { return true }
      switch SystemCalls.lastError {
      // A Unix socket that was interrupted waits for the server's queue no more, and has to ask again.
      case .interrupted where family == .unix: continue
      // Others go on by themselves; asking again would answer EALREADY (man 2 connect).
      case .nowInProgress, .interrupted: return false
      case let error: throw SocketError("connect", error, address)
      }
    }
  }

  /// Tells how a connect that was begun ended.
  ///
  /// - Parameter address: Where to, for the error.
  /// - Throws: What ``connect(to:)`` throws; ``SocketError/isInProgress`` when it goes on still.
  public func finishConnect(to address: SocketAddress? = nil) throws(SocketError) {
    var failure: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length) == 0 else {
      throw SocketError("getsockopt", SystemCalls.lastError, address)
    }
    guard failure == 0 else { throw SocketError("connect", Errno(rawValue: failure), address) }
    // No error yet is no success: the peer's address is there once there is a connection.
    var peer = NativeAddress()
    guard peer.withMutablePointer({ getpeername(descriptor, $0, $1) }) == 0 else {
      let error = SystemCalls.lastError
      throw SocketError("connect", error == .socketNotConnected ? .nowInProgress : error, address)
    }
  }

  /// Makes a connected datagram socket hear everybody again.
  ///
  /// A port that the kernel chose is given up with the connection; one that was asked for stays.
  public func disconnect() throws(SocketError) {
    var nobody = sockaddr()
    nobody.sa_family = sa_family_t(AF_UNSPEC)
    guard SystemCalls.connect(descriptor, &nobody, socklen_t(MemoryLayout<sockaddr>.size)) == 0 else {
      throw SocketError("connect", SystemCalls.lastError)
    }
  }

  /// Waits for room in the queue of a Unix socket's server.
  ///
  /// To `poll` there is nothing to wait for, since nothing has begun. The kernel itself waits when the socket blocks,
  /// as long as `SO_SNDTIMEO` says (man 7 socket): so it is made to, for this one call.
  private func connectToFullQueue(_ address: SocketAddress, until deadline: Deadline) throws(SocketError) {
    let native = try NativeAddress(address)
    try setKernelBlocking(true)
    var failure: SocketError?
    do throws(SocketError) {
      var result: CInt
      repeat {
        let rest = deadline.remaining
        guard rest > 0 else { throw SocketError(deadlineOf: "connect", address) }
        // Rounded up: 0 would wait for ever.
        try setSendTimeout(microseconds: (rest + 999) / 1000)
        result = native.withPointer { SystemCalls.connect(descriptor, $0, $1) }
      } while result != 0 && SystemCalls.lastError == .interrupted
      if result != 0 {
        let error = SystemCalls.lastError
        throw error == .wouldBlock
          ? SocketError(deadlineOf: "connect", address) : SocketError("connect", error, address)
      }
    } catch {
      failure = error
    }
    try setSendTimeout(microseconds: 0)
    try setKernelBlocking(false)
    if let failure { throw failure }
  }

  private func setSendTimeout(microseconds: Int64) throws(SocketError) {
    let time = timeval(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
    try setOption(level: SOL_SOCKET, name: SO_SNDTIMEO, bytes: withUnsafeBytes(of: time) { [UInt8]($0) })
  }
}
