import LandlineProtocol
import Synchronization

/// How many bytes of each stream the client is ready to take, so that a full pipe holds up nothing else on the line.
final class StreamCredits: Sendable {
  /// What both sides begin with, for each stream.
  static let initial = 262_144
  /// More nobody has use for.
  private static let most = 1 << 40

  private struct Stream {
    var bytes = StreamCredits.initial
    var waiter: CheckedContinuation<Void, Never>?
  }

  private struct State {
    var output = Stream()
    var error = Stream()
    /// The client wants nothing more: what is left is read and dropped.
    var isDropping = false

    subscript(stream: CommandStream) -> Stream {
      get { stream == .stderr ? error : output }
      set { if stream == .stderr { error = newValue } else { output = newValue } }
    }
  }

  private let state = Mutex(State())

  /// - Throws: `bad-request`.
  func add(_ credit: Credit) throws(LineError) {
    guard credit.stream != .stdin, (1...Self.most).contains(credit.bytes) else {
      throw LineError(.badRequest, "a credit is for stdout or stderr, and of 1 byte or more")
    }
    let waiter = state.withLock { state in
      state[credit.stream].bytes = min(state[credit.stream].bytes + credit.bytes, Self.most)
      return Self.takeWaiter(&state[credit.stream])
    }
    waiter?.resume()
  }

  /// Sees to it that nobody waits for credit any more.
  func drop() {
    let waiters = state.withLock { state in
      state.isDropping = true
      return [Self.takeWaiter(&state.output), Self.takeWaiter(&state.error)]
    }
    for waiter in waiters { waiter?.resume() }
  }

  var isDropping: Bool { state.withLock { $0.isDropping } }

  /// Waits until there is some. For one task of each stream.
  /// - Returns: how many bytes may be sent; nil when they are to be dropped.
  func wait(for stream: CommandStream) async throws -> Int? {
    while true {
      let (bytes, isDropping) = state.withLock { ($0[stream].bytes, $0.isDropping) }
      if isDropping { return nil }
      if bytes > 0 { return bytes }
      try Task.checkCancellation()
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isNow = state.withLock { state in
            if state[stream].bytes > 0 || state.isDropping || Task.isCancelled { return true }
            state[stream].waiter = continuation
            return false
          }
          if isNow { continuation.resume() }
        }
      } onCancel: {
        state.withLock { Self.takeWaiter(&$0[stream]) }?.resume()
      }
    }
  }

  func spend(_ bytes: Int, of stream: CommandStream) {
    state.withLock { $0[stream].bytes -= bytes }
  }

  private static func takeWaiter(_ stream: inout Stream) -> CheckedContinuation<Void, Never>? {
    defer { stream.waiter = nil }
    return stream.waiter
  }
}
