internal import Selectors
internal import Sockets
internal import SystemPackage

/// Serves all connections in one thread.
final class MultiplexedStreams: StreamEngine, @unchecked Sendable {
  // Sendable: only the thread that serves touches the multiplexer, and ServingState lets one in at a time; the one that
  // closes comes when nobody serves any more.
  private let multiplexer: Multiplexer

  let waker: Waker

  init<Handler: MultiplexedRequestHandler>(
    _ settings: ServerSettings, _ limits: MultiplexingLimits, _ makeHandler: @escaping @Sendable () -> Handler
  ) throws(SocketError) {
    do throws(SelectorError) {
      multiplexer = try Multiplexer(settings, limits) { multiplexer, socket, client, server in
        HandledConnection(makeHandler(), socket, from: client, server, multiplexer)
      }
    } catch {
      throw SocketError("epoll_create", error.errno ?? .ioError)
    }
    waker = multiplexer.waker
  }

  func serve(
    _ server: StreamServer, _ listener: borrowing Socket, _ state: ServingState, pollInterval: Duration
  ) throws(SelectorError) {
    try multiplexer.serve(server, listener, state, pollInterval: pollInterval)
  }

  func handleOne(
    _ server: StreamServer, _ listener: borrowing Socket, _ state: ServingState
  ) throws(SelectorError) {
    try multiplexer.handleOne(server, listener, state)
  }

  func close(atMost timeout: Duration?) -> Bool {
    multiplexer.close(atMost: timeout)
    return true
  }

  func terminate() {}
}
