internal import Selectors
internal import Sockets

/// Receives datagrams and gives each to a runner; a sequential one's it handles itself, a batch at a time.
final class PerRequestDatagrams: @unchecked Sendable {
  // Sendable: `batch` and `replies` belong to the thread that serves, and ServingState lets one in at a time.

  /// As many datagrams as a system call takes; more save nothing that could be measured.
  private static let batchCapacity = 64

  private let loop: RequestLoop
  private let runner: any RequestRunner
  private let settings: ServerSettings
  private let run: @Sendable (inout DatagramRequest) throws -> Void
  private var batch: DatagramBatch
  private var replies: ReplyBatch

  var waker: Waker { loop.waker }

  init(
    _ runner: any RequestRunner, _ settings: ServerSettings,
    _ run: @escaping @Sendable (inout DatagramRequest) throws -> Void
  ) throws(SocketError) {
    loop = try RequestLoop.make(runner, settings)
    self.runner = runner
    self.settings = settings
    self.run = run
    batch = DatagramBatch(capacity: Self.batchCapacity, datagramSize: settings.maximumPacketSize)
    replies = ReplyBatch(capacity: Self.batchCapacity, settings.handleError)
  }

  func serve(
    _ server: DatagramServer, _ socket: SharedSocket, _ state: ServingState, pollInterval: Duration
  ) throws(SelectorError) {
    let descriptor = socket.socket.descriptor
    guard runner is Sequential else {
      return try loop.serve(descriptor, state, pollInterval: pollInterval) {
        for _ in 0..<Self.batchCapacity where !runner.isFull && !state.isStopRequested {
          guard receiveOne(socket, server) else { break }
        }
        return true
      }
    }
    var request = DatagramRequest(to: server, socket)
    try loop.serve(descriptor, state, pollInterval: pollInterval) {
      // While datagrams keep coming, the waiting call is left out; hooks still have their turn.
      for _ in 0..<16 where !state.isStopRequested {
        guard receiveBatch(socket.socket), handleBatch(socket.socket, &request, state) else { break }
      }
      return true
    }
  }

  func handleOne(
    _ server: DatagramServer, _ socket: SharedSocket, _ state: ServingState
  ) throws(SelectorError) {
    try loop.handleOne(socket.socket.descriptor, state) {
      _ = receiveOne(socket, server)
      return true
    }
  }

  // MARK: - A batch at a time

  private func receiveBatch(_ socket: borrowing Socket) -> Bool {
    do throws(SocketError) {
      return try socket.tryReceive(into: &batch) != nil
    } catch {
      // What an earlier answer met (man 7 ip, ECONNREFUSED) ends here, and the next call goes on.
      return false
    }
  }

  /// Returns whether the batch was full, so that more may wait.
  private func handleBatch(_ socket: borrowing Socket, _ request: inout DatagramRequest, _ state: ServingState) -> Bool
  {
    for index in 0..<batch.count {
      let client = batch.address(of: index)
      guard settings.verifyRequest(client) else { continue }
      batch.withBytes(of: index) { request.replace(with: $0, from: client) }
      guard succeeds(&request) else { continue }
      if request.hasReply { replies.append(request.reply.span.bytes, to: client, socket) }
      replies.sendIfOld(socket)
    }
    replies.send(socket)
    return batch.count == batch.capacity
  }

  private func succeeds(_ request: inout DatagramRequest) -> Bool {
    do {
      try run(&request)
      return true
    } catch {
      settings.handleError(error, request.clientAddress)
      return false
    }
  }

  // MARK: - One at a time

  private func receiveOne(_ socket: SharedSocket, _ server: DatagramServer) -> Bool {
    var request = DatagramRequest(to: server, socket)
    let client: SocketAddress
    do throws(SocketError) {
      guard let sender = try receive(&request, socket.socket) else { return false }
      client = sender
    } catch {
      return true
    }
    guard settings.verifyRequest(client) else { return true }
    do {
      try runner.process(request) { [self] request in finish(request) }
    } catch {
      settings.handleError(error, client)
    }
    return true
  }

  /// Receives one datagram; nil if there is none.
  private func receive(
    _ request: inout DatagramRequest, _ socket: borrowing Socket
  ) throws(SocketError) -> SocketAddress? {
    try withUnsafeTemporaryAllocation(byteCount: settings.maximumPacketSize, alignment: 16) {
      (room) throws(SocketError) -> SocketAddress? in
      var bytes = room.mutableBytes
      guard let (count, sender) = try socket.tryReceiveFrom(into: &bytes) else { return nil }
      request.replace(with: bytes.bytes.extracting(first: min(count, room.count)), from: sender)
      return sender
    }
  }

  private func finish(_ request: consuming DatagramRequest) -> Bool {
    var request = request
    guard succeeds(&request) else { return false }
    do throws(SocketError) {
      try request.sendReply()
      return true
    } catch {
      settings.handleError(error, request.clientAddress)
      return false
    }
  }

  func close(atMost timeout: Duration?) {
    guard !runner.waitForRequests(atMost: timeout) else { return }
    runner.terminateRequests()
    _ = runner.waitForRequests(atMost: .seconds(10))
  }
}
