import Addresses
import AsyncSockets
import Glibc
import Sockets
import Synchronization
import Testing

/// Where test servers listen.
let loopback = SocketAddress.ipv4(.loopback, port: 0)

/// Runs a server and, beside it, code with its address.
func withServer<Result: Sendable>(
  on loops: [EventLoop], at address: SocketAddress = loopback, settings: AsyncServerSettings = AsyncServerSettings(),
  _ handler: @escaping @Sendable (AsyncSocket) async throws -> Void,
  while body: @Sendable (AsyncServer) async throws -> Result
) async throws -> Result {
  let server = try AsyncServer(at: address, on: loops, settings: settings)
  async let serving: Void = server.serve(handler)
  do {
    let result = try await body(server)
    server.shutdown(grace: .zero)
    try await serving
    return result
  } catch {
    server.shutdown(grace: .zero)
    try await serving
    throw error
  }
}

@Sendable func echo(_ connection: AsyncSocket) async throws {
  while let bytes = try await connection.receive() { try await connection.sendAll(bytes) }
}

/// Two connected sockets on a loop.
func pair(on loop: EventLoop, _ type: SocketType = .stream) throws -> (AsyncSocket, AsyncSocket) {
  let pair = try SocketPair(type)
  return (try AsyncSocket(pair.first, on: loop), try AsyncSocket(pair.second, on: loop))
}

/// Two connected TCP sockets on a loop.
func tcpPair(on loop: EventLoop) async throws -> (AsyncSocket, AsyncSocket) {
  try await withListener(at: loopback, on: loop) { listener in
    let address = try listener.localAddress
    async let client = AsyncSocket.connect(to: address, on: loop)
    let server = try await listener.accept()
    return (try await client, server)
  }
}

extension AsyncSocket {
  /// Reads so many bytes, or fewer at the end.
  func readAll(_ count: Int = .max) async throws -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count, let bytes = try await receive(timeout: .seconds(20)) { all += [UInt8](bytes) }
    return all
  }

  /// Ends so that the peer is told of a reset, not of an end.
  func reset() throws {
    try withSocket { (socket) throws(SocketError) in try socket.setOption(.linger, to: .upTo(seconds: 0)) }
    close()
  }
}

/// What a call throws; nil, if it does not.
func socketError(_ body: () async throws -> Void) async -> SocketError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? SocketError
  }
}

/// How many descriptors are IPv4 sockets at a port or connected to it: other tests run at the same time, in this process.
func descriptors(atPort port: Port) -> Int {
  (0..<CInt(4096)).count { number in
    isAtPort(getsockname, number, port) || isAtPort(getpeername, number, port)
  }
}

private func isAtPort(
  _ name: (CInt, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> CInt, _ number: CInt,
  _ port: Port
) -> Bool {
  var address = sockaddr_in()
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let result = withUnsafeMutablePointer(to: &address) { address in
    address.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(number, $0, &size) }
  }
  return result == 0 && address.sin_family == sa_family_t(AF_INET) && Port(UInt16(bigEndian: address.sin_port)) == port
}

/// Counts up, and lets a task wait for a number.
final class Counter: Sendable {
  private struct State {
    var value = 0
    var waiters: [(Int, CheckedContinuation<Void, Never>)] = []
  }
  private let state = Mutex(State())

  var value: Int { state.withLock { $0.value } }

  func add(_ number: Int = 1) {
    let ready = state.withLock { state in
      state.value += number
      let ready = state.waiters.filter { $0.0 <= state.value }
      state.waiters.removeAll { $0.0 <= state.value }
      return ready.map(\.1)
    }
    for continuation in ready { continuation.resume() }
  }

  func wait(for number: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.value >= number { return true }
        state.waiters.append((number, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }
}
