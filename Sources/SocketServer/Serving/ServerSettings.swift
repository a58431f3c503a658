public import Sockets

/// What one may set of a server beside its address and its handler. (Python: the class variables
/// and the methods of a server that a subclass replaces.)
///
/// ```swift
/// var settings = ServerSettings()
/// settings.verifyRequest = { client in client.ipAddress?.isLoopback ?? true }
/// let server = try TCPServer(port: 8080, settings: settings) { UpperCase() }
/// ```
public struct ServerSettings: Sendable {
  /// How many connections may wait to be accepted; the kernel caps it. Streams only. (Python: `request_queue_size`.)
  public var requestQueueSize = Socket.maximumBacklog

  /// Takes a port at once that connections of an earlier server still have. TCP only.
  /// (Python: `allow_reuse_address`, which is false there, so that a server cannot be started again for a minute.)
  public var allowReuseAddress = true

  /// Shares the port with other servers that ask for it too. (Python: `allow_reuse_port`.)
  public var allowReusePort = false

  /// An IPv6 server on every address takes IPv4 clients as well.
  public var dualStack = false

  /// How long ``BaseServer/handleRequest()`` waits for a request; nil for ever. (Python: `timeout`.)
  public var timeout: Duration?

  /// The longest datagram, in bytes; of a longer one the rest is lost. (Python: `max_packet_size`.)
  public var maximumPacketSize = 8192

  /// Says whether a client is served; the others' connections are closed, their datagrams dropped.
  /// (Python: `verify_request()`.)
  public var verifyRequest: @Sendable (_ client: SocketAddress) -> Bool = { _ in true }

  /// Hears of the errors that handlers throw, and of requests that could not be run. The server goes on.
  /// Called in the thread or process of the request. As it is, it writes a line to standard error.
  /// (Python: `handle_error()`.)
  public var handleError: @Sendable (_ error: any Error, _ client: SocketAddress) -> Void = {
    StandardError.report($0, $1)
  }

  /// Called when ``BaseServer/handleRequest()`` has waited in vain. (Python: `handle_timeout()`.)
  public var handleTimeout: @Sendable () -> Void = {}

  /// Called in each round of the loop, at least once a poll interval, in the serving thread.
  /// (Python: `service_actions()`.)
  public var serviceActions: @Sendable () -> Void = {}

  /// Makes settings as they are without any.
  public init() {}
}
