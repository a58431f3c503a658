public import Addresses
internal import Selectors
public import Sockets
internal import Synchronization

/// A server of datagrams: UDP, or Unix datagrams, as its address says. (Python: `UDPServer`, `UnixDatagramServer`, and their
/// forms with mix-ins.)
///
/// ```swift
/// let server = try UDPServer(port: 9999) { UpperCase() }
/// try server.serveForever()
/// ```
///
/// A sequential server takes many datagrams with one system call and sends their answers with another: what has
/// been answered goes out when nothing more waits, and at the latest a millisecond after it was written or, after a
/// handler that took longer, with it.
public final class DatagramServer: BaseServer {
  public let address: SocketAddress
  public let descriptor: CInt

  /// As they were given.
  public let settings: ServerSettings

  private let socket: Mutex<SharedSocket?>
  private let path: UnixSocketFile?
  private let state: ServingState
  private let engine: PerRequestDatagrams

  /// Makes a server at an address, with a handler for each datagram.
  ///
  /// - Parameters:
  ///   - address: Where; port 0 for any free port, then ``address`` tells which.
  ///   - settings: What else is to be set.
  ///   - runner: How requests run.
  ///   - makeHandler: Makes the handler of a datagram, where it runs.
  /// - Throws: ``SocketError/isAddressInUse``, ``SocketError/isAddressNotAvailable``,
  ///   ``SocketError/isPermissionDenied``, ``SocketError/isTooManyOpenFiles``.
  @inlinable
  public convenience init<Handler: DatagramRequestHandler & ~Copyable>(
    _ address: SocketAddress, settings: ServerSettings = ServerSettings(),
    running runner: some RequestRunner = .sequential, handler makeHandler: @escaping @Sendable () -> Handler
  ) throws(SocketError) {
    try self.init(address, settings, runner) { request in try makeHandler().run(&request) }
  }

  /// Makes a server at a port, on every address of the machine unless a host is given.
  ///
  /// - Parameters:
  ///   - host: A name or an address; its first address is taken. Empty for every IPv4 address. (As in Python.)
  ///   - port: Where; 0 for any free one.
  /// - Throws: As ``init(_:settings:running:handler:)``, and ``SocketError/Code/resolution``.
  @inlinable
  public convenience init<Handler: DatagramRequestHandler & ~Copyable>(
    host: String = "", port: Port, settings: ServerSettings = ServerSettings(),
    running runner: some RequestRunner = .sequential, handler makeHandler: @escaping @Sendable () -> Handler
  ) throws(SocketError) {
    let address = try Self.address(host: host, port: port)
    try self.init(address, settings: settings, running: runner, handler: makeHandler)
  }

  @usableFromInline
  static func address(host: String, port: Port) throws(SocketError) -> SocketAddress {
    try .listening(host: host, port: port, type: .datagram)
  }

  @usableFromInline
  init(
    _ address: SocketAddress, _ settings: ServerSettings, _ runner: any RequestRunner,
    _ run: @escaping @Sendable (inout DatagramRequest) throws -> Void
  ) throws(SocketError) {
    let engine = try PerRequestDatagrams(runner, settings, run)
    let socket = try Self.bind(to: address, settings)
    self.address = try socket.localAddress
    descriptor = socket.descriptor
    path = UnixSocketFile(address)
    self.socket = Mutex(SharedSocket(socket))
    self.settings = settings
    self.engine = engine
    state = ServingState(waker: engine.waker)
  }

  /// (Python: `server_bind()`. Not `allow_reuse_address`: with it, two servers of datagrams share a port.)
  private static func bind(to address: SocketAddress, _ settings: ServerSettings) throws(SocketError) -> Socket {
    let socket = try Socket(address.family, .datagram)
    if settings.allowReusePort { try socket.setOption(.reusePort, to: true) }
    if address.family == .ipv6 { try socket.setOption(.v6Only, to: !settings.dualStack) }
    // For what is sent: the queue of an interface is emptied in microseconds; that of a Unix client when it likes,
    // and nobody waits for that: such an answer is refused.
    try address.family == .unix ? socket.setBlocking(false) : socket.setTimeout(.seconds(1))
    try socket.bind(to: address)
    return socket
  }

  public func serveForever(pollInterval: Duration) throws(ServerError) {
    try serve { (socket) throws(SelectorError) in
      try engine.serve(self, socket, state, pollInterval: pollInterval)
    }
  }

  public func handleRequest() throws(ServerError) {
    try serve { (socket) throws(SelectorError) in try engine.handleOne(self, socket, state) }
  }

  private func serve(_ body: (SharedSocket) throws(SelectorError) -> Void) throws(ServerError) {
    try state.serve { () throws(ServerError) in
      guard let socket = socket.withLock({ $0 }) else { return }
      do throws(SelectorError) {
        try body(socket)
      } catch {
        throw ServerError(.systemCall, errno: error.errno, "the server at \(address) cannot go on: \(error.message)")
      }
    } thenClose: {
      close(atMost: .seconds(30))
    }
  }

  public func requestShutdown() { state.requestStop() }

  @discardableResult
  public func shutdown(atMost timeout: Duration?) -> Bool {
    state.requestStop()
    return state.waitForEnd(atMost: timeout)
  }

  public func serverClose(grace: Duration?) {
    state.requestStop()
    guard state.close() else { return }
    let deadline = grace.map { ContinuousClock.now.advanced(by: $0) }
    guard shutdown(atMost: grace) else {
      // A request that computes and does not end: what it uses, nobody takes away from it.
      return settings.handleError(
        ServerError(.alreadyServing, "a request did not end; its server stays open with it"), address)
    }
    close(atMost: deadline.map { .remaining(until: $0) })
  }

  private func close(atMost grace: Duration?) {
    path?.remove()
    engine.close(atMost: grace)
    // Now, for answers of running requests were to go out of it.
    socket.withLock { $0 = nil }
  }
}

/// A server of UDP datagrams; see ``DatagramServer``.
public typealias UDPServer = DatagramServer

/// A server of Unix datagrams, whose address is a ``SocketAddress/unix(path:)`` or
/// ``SocketAddress/abstractUnix(name:)``; see ``DatagramServer``.
public typealias UnixDatagramServer = DatagramServer
