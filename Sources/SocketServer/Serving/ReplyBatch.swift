internal import Sockets

/// Answers that wait to be sent together.
struct ReplyBatch: ~Copyable {
  /// A longer answer is sent alone: it is copied here, and costs so much that a system call more does not matter.
  private static let replySize = 2048

  private var batch: DatagramBatch
  private var oldest: Int64 = 0
  private let handleError: @Sendable (any Error, SocketAddress) -> Void

  init(capacity: Int, _ handleError: @escaping @Sendable (any Error, SocketAddress) -> Void) {
    batch = DatagramBatch(capacity: capacity, datagramSize: Self.replySize)
    self.handleError = handleError
  }

  mutating func append(_ reply: RawSpan, to client: SocketAddress, _ socket: borrowing Socket) {
    do throws(SocketError) {
      guard reply.byteCount <= Self.replySize, client != .unnamed else {
        // In its turn.
        send(socket)
        _ = try socket.send(reply, to: client)
        return
      }
      if batch.count == batch.capacity { send(socket) }
      if batch.count == 0 { oldest = Clock.nanoseconds }
      _ = try batch.append(reply, to: client)
    } catch {
      handleError(error, client)
    }
  }

  /// Sends if the oldest answer has waited for a millisecond.
  mutating func sendIfOld(_ socket: borrowing Socket) {
    if batch.count > 0, Clock.nanoseconds - oldest > 1_000_000 { send(socket) }
  }

  /// Sends all. One that is refused does not hold up the others.
  mutating func send(_ socket: borrowing Socket) {
    var sent = 0
    while sent < batch.count {
      do throws(SocketError) {
        sent += try socket.send(batch, from: sent)
      } catch {
        handleError(error, batch.address(of: sent))
        sent += 1
      }
    }
    batch.removeAll()
  }
}
