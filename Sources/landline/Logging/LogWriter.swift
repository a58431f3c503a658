import Dispatch
import Glibc
import Synchronization

/// Writes lines to a descriptor from a thread of its own, so that nobody who has something to say waits for whoever
/// reads it.
///
/// Bounded: a reader that is too slow loses lines, and is told how many.
final class LogWriter: Sendable {
  /// How many bytes may wait.
  private static let most = 1_048_576

  private struct State {
    var waiting: [UInt8] = []
    var dropped = 0
    var isWriting = false
  }

  private let descriptor: Int32
  private let lost: @Sendable (Int) -> String
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "landline.log")

  /// - Parameters:
  ///   - descriptor: stays open.
  ///   - lost: the line that says how many were lost.
  init(descriptor: Int32, lost: @escaping @Sendable (Int) -> String) {
    self.descriptor = descriptor
    self.lost = lost
  }

  /// Adds a line.
  func write(_ line: String) {
    let mustStart = state.withLock { state in
      guard state.waiting.count + line.utf8.count <= Self.most else {
        state.dropped += 1
        return false
      }
      state.waiting += line.utf8
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if mustStart { queue.async { self.drain() } }
  }

  /// Waits until everything is written.
  func flush() {
    queue.sync {}
  }

  private func drain() {
    while true {
      let (bytes, dropped) = state.withLock { state in
        defer {
          state.waiting = []
          state.dropped = 0
        }
        if state.waiting.isEmpty { state.isWriting = false }
        return (state.waiting, state.dropped)
      }
      guard !bytes.isEmpty else { return }
      put(bytes)
      if dropped > 0 { put(Array(lost(dropped).utf8)) }
    }
  }

  private func put(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&interest, 1, 1_000)
      } else if errno != EINTR {
        // Nobody reads it any more.
        return
      }
    }
  }
}
