public import Addresses
public import Sockets
internal import SystemPackage

extension AsyncSocket {
  /// Connects to a name or an address, trying each address that the name has. (Python: `asyncio.open_connection()`.)
  ///
  /// The name is looked up in a thread of its own. An address that does not answer has its part of the time that is left,
  /// so that the last one has its turn.
  ///
  /// - Parameters:
  ///   - host: A name, or an address in numbers.
  ///   - port: The port.
  ///   - timeout: How long all of it may take, the lookup too; nil for as long as the kernel tries.
  ///   - loop: Where the connection is to live.
  /// - Returns: The connection, with `TCP_NODELAY`.
  /// - Throws: ``SocketError/isConnectionRefused`` and others of the last address, with all
  ///   ``SocketError/attempts``; ``SocketError/Code/resolution``; and what every call throws.
  public static func connect(
    to host: String, port: Port, timeout: Duration? = nil, on loop: EventLoop
  ) async throws(SocketError) -> AsyncSocket {
    let deadline = MonotonicTime.after(timeout)
    let candidates = try await NameLookup.addresses(of: host, port: port, on: loop, until: deadline)
    var attempts: [SocketError] = []
    for (index, candidate) in candidates.enumerated() {
      let part = MonotonicTime.part(of: deadline, 1, of: candidates.count - index)
      do throws(SocketError) {
        return try await connect(to: candidate.address, until: part, on: loop)
      } catch {
        if error.code == .cancelled || error.code == .closed { throw error }
        attempts.append(error)
      }
    }
    guard let last = attempts.last else {
      throw SocketError(.resolution, call: "getaddrinfo", "\(host) has no address for a stream")
    }
    guard attempts.count > 1 else { throw last }
    throw SocketError(
      last: last, attempts: attempts,
      "none of the addresses of \(host), port \(port) answered (\(attempts.map { "\($0)" }.joined(separator: "; ")))")
  }

  /// Connects to an address, a Unix socket's too.
  ///
  /// - Parameters:
  ///   - address: Where to.
  ///   - timeout: How long it may take; nil for as long as the kernel tries.
  ///   - loop: Where the connection is to live.
  /// - Throws: ``SocketError/isConnectionRefused``, ``SocketError/isUnreachable``, ``SocketError/isNotFound``, and what
  ///   every call throws.
  public static func connect(
    to address: SocketAddress, timeout: Duration? = nil, on loop: EventLoop
  ) async throws(SocketError) -> AsyncSocket {
    try await connect(to: address, until: MonotonicTime.after(timeout), on: loop)
  }

  private static func connect(
    to address: SocketAddress, until deadline: Int64, on loop: EventLoop
  ) async throws(SocketError) -> AsyncSocket {
    var pause: Int64 = 1_000_000
    while true {
      do throws(SocketError) {
        return try await connectOnce(to: address, until: deadline, on: loop)
      } catch {
        // A Unix server's queue is full, and the kernel reports no event when it has room again (man 2 connect, EAGAIN).
        guard address.family == .unix, error.errno == .wouldBlock else { throw error }
        guard deadline - MonotonicTime.now > pause else { throw SocketError(deadlineOf: "connect", address) }
        guard await loop.sleep(for: .nanoseconds(pause)) else {
          throw Task.isCancelled ? Wake.cancelled.failure(of: "connect") : Wake.loopEnded.failure(of: "connect")
        }
        pause = min(2 * pause, 50_000_000)
      }
    }
  }

  private static func connectOnce(
    to address: SocketAddress, until deadline: Int64, on loop: EventLoop
  ) async throws(SocketError) -> AsyncSocket {
    let socket = try Socket(address.family)
    try socket.setBlocking(false)
    if address.family != .unix { try socket.setOption(.noDelay, to: true) }
    // Before it is watched: a socket that has not begun to connect is reported as hung up.
    let isConnected = try socket.beginConnect(to: address)
    let connection = try AsyncSocket(socket, on: loop)
    guard !isConnected else { return connection }
    try connection.beginWriting("connect")
    do throws(SocketError) {
      try await connection.waitForConnection(to: address, until: deadline)
    } catch {
      connection.endWriting()
      connection.close()
      throw error.code == .deadline ? SocketError(deadlineOf: "connect", address) : error
    }
    connection.endWriting()
    return connection
  }

  private func waitForConnection(to address: SocketAddress, until deadline: Int64) async throws(SocketError) {
    while true {
      // First of all: the edge may have come, and been forgotten, before the call began.
      do throws(SocketError) {
        return try socket.finishConnect(to: address)
      } catch {
        guard error.isInProgress else { throw error }
      }
      try await waitToWrite(until: deadline, "connect")
    }
  }
}

extension MonotonicTime {
  /// A part of the time until a deadline, as a deadline.
  static func part(of deadline: Int64, _ share: Int64, of count: Int) -> Int64 {
    guard deadline != never, count > 1 else { return deadline }
    let now = Self.now
    return now + max(0, deadline - now) * share / Int64(count)
  }
}
