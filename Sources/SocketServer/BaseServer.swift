public import Sockets

/// A server of Python's `socketserver`: it takes requests from a socket and has handlers answer them.
///
/// ```text
///                               BaseServer
///                                   |
///              +--------------------+--------------------+
///              |                                         |
///        StreamServer                              DatagramServer
///          |       |                                 |        |
///     TCPServer  UnixStreamServer              UDPServer  UnixDatagramServer
///
///   its handler                                its handler
///     StreamRequestHandler                       DatagramRequestHandler
///     MultiplexedRequestHandler
///
///   its requests run
///     sequential | threading | forking           sequential | threading | forking
///     multiplexed
/// ```
///
/// An upper-casing server:
///
/// ```swift
/// struct UpperCase: StreamRequestHandler {
///   func handle(_ request: inout StreamRequest) throws {
///     while let line = try request.readLine() {
///       try request.write(line.uppercased() + "\n")
///     }
///   }
/// }
/// let server = try TCPServer(port: 9999, running: .threading()) { UpperCase() }
/// try server.serveForever()
/// ```
///
/// A request comes; the server asks ``ServerSettings/verifyRequest``; its ``RequestRunner`` runs the handler's `setup`,
/// `handle` and `finish`; the connection is closed. What a handler throws goes to ``ServerSettings/handleError``, and
/// the server goes on.
public protocol BaseServer: AnyObject, Sendable {
  /// Where the server is, with the port that the kernel chose. (Python: `server_address`.)
  var address: SocketAddress { get }

  /// The number of the socket on which requests come, for a selector of your own. It is the server's until it is
  /// closed. (Python: `fileno()`.)
  var descriptor: CInt { get }

  /// Handles requests until the server is asked to stop.
  ///
  /// - Parameter pollInterval: How often ``ServerSettings/serviceActions`` is called at least. To stop takes no longer
  ///   for a long interval: asking wakes the loop.
  /// - Throws: ``ServerError/Code/closed``, ``ServerError/Code/alreadyServing``, ``ServerError/Code/systemCall``.
  func serveForever(pollInterval: Duration) throws(ServerError)

  /// Handles one request, waiting for it up to ``ServerSettings/timeout``. (Python: `handle_request()`.)
  ///
  /// A multiplexed server handles what has come from its connections by then, at least from one: bytes, or its end.
  ///
  /// - Throws: As ``serveForever(pollInterval:)``.
  func handleRequest() throws(ServerError)

  /// Asks ``serveForever(pollInterval:)`` to return, and does not wait for it: also for signal handlers.
  ///
  /// If nobody serves, the next one that does returns at once.
  func requestShutdown()

  /// Asks ``serveForever(pollInterval:)`` to return, and waits until it has. (Python: `shutdown()`.)
  ///
  /// In the thread that serves, in a request or a hook, it asks and does not wait (Python's would for ever).
  ///
  /// - Parameter timeout: How long to wait; nil for ever. When it is over, the connections of running requests are cut,
  ///   so that handlers that wait for their clients end; they have ten seconds for it.
  /// - Returns: Whether nobody serves any more.
  @discardableResult
  func shutdown(atMost timeout: Duration?) -> Bool

  /// Closes the server: no request comes any more, and those that run are waited for. (Python: `server_close()`.)
  ///
  /// It shuts down a server that serves still. A second call does nothing, and does not wait for the first.
  ///
  /// - Parameter grace: How long requests may go on; nil for ever. After it their connections are cut and, with
  ///   ``Forking``, their processes ended; they have ten seconds for it.
  func serverClose(grace: Duration?)
}

extension BaseServer {
  /// Handles requests until the server is asked to stop, looking after itself twice a second.
  /// (Python: `serve_forever()`.)
  ///
  /// - Throws: As ``serveForever(pollInterval:)``.
  public func serveForever() throws(ServerError) { try serveForever(pollInterval: .milliseconds(500)) }

  /// Asks the loop to return, and waits until it has, however long; see ``shutdown(atMost:)``.
  public func shutdown() { shutdown(atMost: nil) }

  /// Closes the server, giving the requests that run half a minute; see ``serverClose(grace:)``.
  public func serverClose() { serverClose(grace: .seconds(30)) }
}
