import LandlineProtocol
import NIOCore
import Synchronization

/// What a client sends to a program, on its way from the connection's reader to the task that writes it: as much as the
/// client had credit for.
final class CommandInput: Sendable {
  private struct State {
    var pieces = CircularBuffer<ByteBuffer>(initialCapacity: 1)
    /// What the client may still send.
    var credit = StreamCredits.initial
    /// Nothing follows.
    var isEnded = false
    /// Nobody takes any more: what comes is dropped.
    var isClosed = false
    var waiter: CheckedContinuation<Void, Never>?

    /// Small pieces are copied to where the last one is: each would else keep what it was read into.
    mutating func add(_ piece: ByteBuffer) {
      var piece = piece
      guard piece.readableBytes < CommandInput.small else { return pieces.append(piece) }
      if var last = pieces.popLast() {
        if last.readableBytes + piece.readableBytes <= CommandInput.small {
          last.writeBuffer(&piece)
          return pieces.append(last)
        }
        pieces.append(last)
      }
      pieces.append(ByteBuffer(bytes: piece.readableBytesView))
    }

    mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
      defer { waiter = nil }
      return waiter
    }
  }

  /// Fewer bytes are not worth a buffer of their own.
  private static let small = 4_096

  private let state = Mutex(State())

  /// - Throws: `bad-request`, when it is more than the client has credit for.
  func push(_ piece: ByteBuffer) throws(LineError) {
    let (waiter, isTooMuch) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Bool) in
      if state.isClosed { return (nil, false) }
      state.credit -= piece.readableBytes
      guard state.credit >= 0 else { return (nil, true) }
      state.add(piece)
      return (state.takeWaiter(), false)
    }
    waiter?.resume()
    if isTooMuch { throw LineError(.badRequest, "more of stdin was sent than the server has given credit for") }
  }

  func end() {
    state.withLock { state in
      state.isEnded = true
      return state.takeWaiter()
    }?.resume()
  }

  /// Says that nobody takes any more.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.pieces.removeAll()
      return state.takeWaiter()
    }?.resume()
  }

  /// Gives the client more.
  func grant(_ bytes: Int) {
    state.withLock { $0.credit += bytes }
  }

  /// The next piece; nil when nothing follows. For one task.
  func next() async throws -> ByteBuffer? {
    while true {
      let (piece, isOver) = state.withLock { ($0.pieces.popFirst(), $0.isEnded || $0.isClosed) }
      if let piece { return piece }
      if isOver { return nil }
      try Task.checkCancellation()
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isNow = state.withLock { state in
            if !state.pieces.isEmpty || state.isEnded || state.isClosed || Task.isCancelled { return true }
            state.waiter = continuation
            return false
          }
          if isNow { continuation.resume() }
        }
      } onCancel: {
        state.withLock { $0.takeWaiter() }?.resume()
      }
    }
  }
}
