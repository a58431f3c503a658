public import Addresses
internal import Selectors
public import Sockets
internal import Synchronization
internal import SystemPackage

/// A server of connections: TCP, or Unix streams, as its address says. (Python: `TCPServer`, `UnixStreamServer`, and their
/// forms with mix-ins.)
///
/// ```swift
/// let server = try TCPServer(port: 9999, running: .threading()) { UpperCase() }
/// let local = try UnixStreamServer(.unix(path: "/run/upper.sock")) { UpperCase() }
/// let busy = try TCPServer(port: 9998, multiplexing: { UpperCaseAtOnce() })
/// ```
///
/// It listens from the moment it is made, and takes requests while ``serveForever(pollInterval:)`` runs.
public final class StreamServer: BaseServer {
  public let address: SocketAddress
  public let descriptor: CInt

  /// As they were given.
  public let settings: ServerSettings

  private let listener: Mutex<SharedSocket?>
  private let path: UnixSocketFile?
  private let state: ServingState
  private let engine: any StreamEngine
  private let connections: ConnectionRegistry

  /// Makes a server at an address, with a handler for each connection.
  ///
  /// - Parameters:
  ///   - address: Where; port 0 for any free port, then ``address`` tells which.
  ///   - settings: What else is to be set.
  ///   - runner: How requests run.
  ///   - makeHandler: Makes the handler of a connection, where it runs.
  /// - Throws: ``SocketError/isAddressInUse``, ``SocketError/isAddressNotAvailable``,
  ///   ``SocketError/isPermissionDenied``, ``SocketError/isTooManyOpenFiles``.
  public convenience init<Handler: StreamRequestHandler & ~Copyable>(
    _ address: SocketAddress, settings: ServerSettings = ServerSettings(),
    running runner: some RequestRunner = .sequential, handler makeHandler: @escaping @Sendable () -> Handler
  ) throws(SocketError) {
    let connections = ConnectionRegistry()
    let engine = try PerRequestStreams(runner, settings, connections, makeHandler)
    try self.init(address, settings, engine, connections)
  }

  /// Makes a server at a port, on every address of the machine unless a host is given.
  ///
  /// - Parameters:
  ///   - host: A name or an address; its first address is taken. Empty for every IPv4 address. (As in Python.)
  ///   - port: Where; 0 for any free one.
  /// - Throws: As ``init(_:settings:running:handler:)``, and ``SocketError/Code/resolution``.
  public convenience init<Handler: StreamRequestHandler & ~Copyable>(
    host: String = "", port: Port, settings: ServerSettings = ServerSettings(),
    running runner: some RequestRunner = .sequential, handler makeHandler: @escaping @Sendable () -> Handler
  ) throws(SocketError) {
    try self.init(
      .listening(host: host, port: port, type: .stream), settings: settings, running: runner, handler: makeHandler)
  }

  /// Makes a server at an address whose one thread turns to each connection when its bytes have come.
  ///
  /// - Parameters:
  ///   - address: Where; port 0 for any free port, then ``address`` tells which.
  ///   - settings: What else is to be set.
  ///   - limits: The bounds of its connections.
  ///   - makeHandler: Makes the handler of a connection, which lives as long as that.
  /// - Throws: As ``init(_:settings:running:handler:)``.
  public convenience init<Handler: MultiplexedRequestHandler>(
    _ address: SocketAddress, settings: ServerSettings = ServerSettings(),
    limits: MultiplexingLimits = MultiplexingLimits(), multiplexing makeHandler: @escaping @Sendable () -> Handler
  ) throws(SocketError) {
    let engine = try MultiplexedStreams(settings, limits, makeHandler)
    try self.init(address, settings, engine, ConnectionRegistry())
  }

  /// Makes a server at a port whose one thread turns to each connection when its bytes have come; see
  /// ``init(_:settings:limits:multiplexing:)`` and ``init(host:port:settings:running:handler:)``.
  public convenience init<Handler: MultiplexedRequestHandler>(
    host: String = "", port: Port, settings: ServerSettings = ServerSettings(),
    limits: MultiplexingLimits = MultiplexingLimits(), multiplexing makeHandler: @escaping @Sendable () -> Handler
  ) throws(SocketError) {
    try self.init(
      .listening(host: host, port: port, type: .stream), settings: settings, limits: limits, multiplexing: makeHandler)
  }

  private init(
    _ address: SocketAddress, _ settings: ServerSettings, _ engine: any StreamEngine, _ connections: ConnectionRegistry
  ) throws(SocketError) {
    let socket = try Self.listen(at: address, settings)
    try socket.setBlocking(false)
    self.address = try socket.localAddress
    descriptor = socket.descriptor
    path = UnixSocketFile(address)
    listener = Mutex(SharedSocket(socket))
    self.settings = settings
    self.engine = engine
    self.connections = connections
    state = ServingState(waker: engine.waker)
  }

  /// (Python: `server_bind()`, `server_activate()`.)
  private static func listen(at address: SocketAddress, _ settings: ServerSettings) throws(SocketError) -> Socket {
    guard settings.allowReuseAddress || address.family == .unix else {
      let socket = try Socket(address.family)
      if settings.allowReusePort { try socket.setOption(.reusePort, to: true) }
      if address.family == .ipv6 { try socket.setOption(.v6Only, to: !settings.dualStack) }
      try socket.bind(to: address)
      try socket.listen(backlog: settings.requestQueueSize)
      return socket
    }
    return try Socket(
      listeningOn: address, backlog: settings.requestQueueSize, reusePort: settings.allowReusePort,
      dualStack: settings.dualStack)
  }

  public func serveForever(pollInterval: Duration) throws(ServerError) {
    try serve { (listener) throws(SelectorError) in
      try engine.serve(self, listener, state, pollInterval: pollInterval)
    }
  }

  public func handleRequest() throws(ServerError) {
    try serve { (listener) throws(SelectorError) in try engine.handleOne(self, listener, state) }
  }

  private func serve(_ body: (borrowing Socket) throws(SelectorError) -> Void) throws(ServerError) {
    try state.serve { () throws(ServerError) in
      guard let listener = listener.withLock({ $0 }) else { return }
      do throws(SelectorError) {
        try body(listener.socket)
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
    if state.waitForEnd(atMost: timeout) { return true }
    connections.cutAll()
    // Those that waited for a client hear the end at once; on a machine that is very busy, soon.
    return state.waitForEnd(atMost: .seconds(10))
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
    listener.withLock { $0 = nil }
    path?.remove()
    guard !engine.close(atMost: grace) else { return }
    connections.cutAll()
    engine.terminate()
  }
}

/// A server of TCP connections; see ``StreamServer``.
public typealias TCPServer = StreamServer

/// A server of Unix stream connections, whose address is a ``SocketAddress/unix(path:)`` or
/// ``SocketAddress/abstractUnix(name:)``; see ``StreamServer``.
public typealias UnixStreamServer = StreamServer

/// How a stream server serves.
protocol StreamEngine: Sendable {
  var waker: Waker { get }
  func serve(
    _ server: StreamServer, _ listener: borrowing Socket, _ state: ServingState, pollInterval: Duration
  ) throws(SelectorError)
  func handleOne(
    _ server: StreamServer, _ listener: borrowing Socket, _ state: ServingState
  ) throws(SelectorError)
  /// Waits for requests that run; returns whether all are done.
  func close(atMost timeout: Duration?) -> Bool
  /// Ends those that still run, whose connections have been cut.
  func terminate()
}
