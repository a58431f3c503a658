internal import Selectors
public import Sockets

/// A connection of a server whose connections share a thread.
///
/// It belongs to the serving thread; a handler may keep other handlers' connections to send to them. Nothing here waits
/// or throws: what cannot be sent at once waits in the connection, up to ``MultiplexingLimits/outputLimit``, and when the
/// connection ends, its handler's `finish` is called; ``ServerSettings/handleError`` is told why, unless the client has gone.
public class MultiplexedConnection {
  /// Who is connected.
  public let clientAddress: SocketAddress

  /// Whom: to shut it down, say.
  public unowned let server: StreamServer

  /// Nil once it is closed.
  private var socket: Socket?
  /// What the client has not taken yet, from `pendingStart` on.
  private var pending: [UInt8] = []
  private var pendingStart = 0
  private unowned let multiplexer: Multiplexer

  /// When it last did something, in seconds; kept only if somebody asks.
  final var lastActivity: UInt32 = 0
  final private(set) var stage = Stage.open
  /// The client has sent its end.
  private var hasInputEnded = false
  /// It was to close when all was sent.
  final private(set) var wasClosing = false

  enum Stage {
    case open
    /// Closes when what waits has been sent.
    case closing
    /// Has failed or is to be closed, and the multiplexer has yet to do it.
    case ended
    case closed
  }

  init(
    _ socket: consuming Socket, from clientAddress: SocketAddress, _ server: StreamServer, _ multiplexer: Multiplexer
  ) {
    self.socket = consume socket
    self.clientAddress = clientAddress
    self.server = server
    self.multiplexer = multiplexer
  }

  /// Whether bytes can still be sent.
  public final var isOpen: Bool { stage == .open }

  /// How many bytes wait for the client to take them.
  public final var pendingCount: Int { pending.count - pendingStart }

  /// Sends bytes, now or when the client takes them.
  ///
  /// - Returns: false if the connection is closed, or has failed just now.
  @discardableResult
  public final func send(_ bytes: RawSpan) -> Bool {
    guard stage == .open else { return false }
    var sent = 0
    if pending.isEmpty {
      do throws(SocketError) {
        // Exclusive access to the socket is not needed: all its methods borrow.
        sent = try socket?.trySend(bytes) ?? 0
      } catch {
        fail(error)
        return false
      }
      if sent == bytes.byteCount { return true }
      multiplexer.watch(self, for: .write)
    }
    return keep(bytes.extracting(sent...))
  }

  /// Sends text, in UTF-8; see ``send(_:)-(RawSpan)``.
  @discardableResult
  public final func send(_ text: String) -> Bool { send(text.utf8Span.span.bytes) }

  /// Sends bytes; see ``send(_:)-(RawSpan)``.
  @discardableResult
  public final func send(_ bytes: [UInt8]) -> Bool { send(bytes.span.bytes) }

  private func keep(_ bytes: RawSpan) -> Bool {
    let limit = multiplexer.limits.outputLimit
    guard pendingCount + bytes.byteCount <= limit else {
      fail(
        ServerError(
          .outputLimit,
          "more than \(limit) bytes wait for a client that does not read them; raise outputLimit, or send less"))
      return false
    }
    if pendingStart > 65_536 {
      pending.removeFirst(pendingStart)
      pendingStart = 0
    }
    bytes.withUnsafeBytes { pending.append(contentsOf: $0) }
    return true
  }

  /// Closes the connection when all that was sent has gone out.
  public final func close() {
    guard stage == .open else { return }
    if pending.isEmpty {
      end()
    } else {
      stage = .closing
      wasClosing = true
      multiplexer.didBeginClosing(self)
    }
  }

  /// Closes the connection, whatever is left to be sent.
  public final func abort() {
    guard stage == .open || stage == .closing else { return }
    end()
  }

  private func end() {
    stage = .ended
    multiplexer.didEnd(self)
  }

  final func fail(_ error: any Error) {
    guard stage == .open || stage == .closing else { return }
    end()
    // A client that has gone is its handler's to hear of, by `finish`, and no error of the server's.
    if let error = error as? SocketError, error.isDisconnected { return }
    multiplexer.settings.handleError(error, clientAddress)
  }

  /// The client takes bytes again.
  final func sendPending() {
    do throws(SocketError) {
      while pendingStart < pending.count {
        guard let sent = try socket?.trySend(pending.span.bytes.extracting(pendingStart...)) else { return }
        pendingStart += sent
      }
    } catch {
      return fail(error)
    }
    pending = []
    pendingStart = 0
    if stage == .closing {
      end()
    } else {
      multiplexer.watch(self, for: hasInputEnded ? .priority : .read)
    }
  }

  /// Reads once, for that is what was reported: the other connections have their turn.
  final func read(into room: UnsafeMutableRawBufferPointer) {
    guard stage == .open else { return }
    do throws(SocketError) {
      var bytes = room.mutableBytes
      guard let count = try socket?.tryReceive(into: &bytes) else { return }
      if count > 0 { return handle(bytes.bytes.extracting(first: count)) }
    } catch {
      return fail(error)
    }
    // The second time, the client has hung up altogether.
    guard !hasInputEnded else { return end() }
    hasInputEnded = true
    handleEnd()
    // Not for reading: that the end can be read would be reported for ever. Errors and hang-ups always are.
    if stage == .open, pending.isEmpty { multiplexer.watch(self, for: .priority) }
  }

  /// The kernel's number; nil once it is closed.
  final var descriptor: CInt? { socket?.descriptor }

  /// The multiplexer has forgotten it.
  final func didLeave() {
    stage = .closed
    socket = nil
    pending = []
    pendingStart = 0
  }

  // MARK: - The handler, in a class below

  func setUp() {}
  func handle(_ bytes: RawSpan) {}
  func handleEnd() {}
  func finish() {}
}

/// A connection and its handler in one piece of memory.
final class HandledConnection<Handler: MultiplexedRequestHandler>: MultiplexedConnection {
  private var handler: Handler

  init(
    _ handler: consuming Handler, _ socket: consuming Socket, from clientAddress: SocketAddress, _ server: StreamServer,
    _ multiplexer: Multiplexer
  ) {
    self.handler = handler
    super.init(socket, from: clientAddress, server, multiplexer)
  }

  override func setUp() {
    do { try handler.setup(self) } catch { fail(error) }
  }

  override func handle(_ bytes: RawSpan) {
    do { try handler.handle(bytes, from: self) } catch { fail(error) }
  }

  override func handleEnd() {
    do { try handler.handleEnd(self) } catch { fail(error) }
  }

  override func finish() { handler.finish(self) }
}
