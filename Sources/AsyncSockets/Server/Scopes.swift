public import Addresses
public import Sockets

/// Connects, runs code with the connection, and closes it. (Python: `async with`.)
///
/// ```swift
/// try await withConnection(to: "localhost", port: 7, timeout: .seconds(5), on: loop) { connection in
///   try await connection.sendAll("hello".utf8)
///   if let bytes = try await connection.receive(timeout: .seconds(10)) { print(String(decoding: bytes)) }
/// }
/// ```
///
/// - Parameters:
///   - host: A name, or an address in numbers.
///   - port: The port.
///   - timeout: How long connecting may take; nil for as long as the kernel tries.
///   - loop: Where the connection is to live.
///   - body: What to do with it.
/// - Throws: As ``AsyncSocket/connect(to:port:timeout:on:)``, and what `body` throws.
public func withConnection<Result>(
  to host: String, port: Port, timeout: Duration? = nil, on loop: EventLoop,
  _ body: (AsyncSocket) async throws -> Result
) async throws -> Result {
  let connection = try await AsyncSocket.connect(to: host, port: port, timeout: timeout, on: loop)
  defer { connection.close() }
  return try await connection.covering { try await body(connection) }
}

/// Connects to an address; see ``withConnection(to:port:timeout:on:_:)``.
public func withConnection<Result>(
  to address: SocketAddress, timeout: Duration? = nil, on loop: EventLoop,
  _ body: (AsyncSocket) async throws -> Result
) async throws -> Result {
  let connection = try await AsyncSocket.connect(to: address, timeout: timeout, on: loop)
  defer { connection.close() }
  return try await connection.covering { try await body(connection) }
}

/// Listens, runs code with the listener, and closes it. ``AsyncServer`` does more.
///
/// - Parameters:
///   - address: Where; port 0 for any free port.
///   - backlog: How many connections may wait to be accepted.
///   - loop: Where the listener is to live.
///   - body: What to do with it: call ``AsyncSocket/accept(on:timeout:)``.
/// - Throws: ``SocketError/isAddressInUse``, ``SocketError/isAddressNotAvailable``, ``SocketError/isPermissionDenied``,
///   and what `body` throws.
public func withListener<Result>(
  at address: SocketAddress, backlog: Int = Socket.maximumBacklog, on loop: EventLoop,
  _ body: (AsyncSocket) async throws -> Result
) async throws -> Result {
  let listener = try AsyncSocket(Socket(listeningOn: address, backlog: backlog), on: loop)
  let file = UnixSocketFile(address)
  defer {
    listener.close()
    file?.remove()
  }
  return try await listener.covering { try await body(listener) }
}
