import Glibc
import Synchronization

/// Whether an unfinished line stands on the terminal; read by the signal handler, hence global and atomic.
let isLineOpen = Atomic(false)

/// The two streams that people and programs read, and the one line that is drawn again and again.
///
/// Everything is written at once and unbuffered, for whoever waits for a line.
final class Screen: Sendable {
  static let shared = Screen()

  private let isDrawn = Mutex(false)

  private init() {}

  /// A line on standard output.
  func out(_ line: String) {
    isDrawn.withLock { isDrawn in
      clear(&isDrawn)
      write(line + "\n", to: STDOUT_FILENO)
    }
  }

  /// A line on standard error.
  func note(_ line: String) {
    isDrawn.withLock { isDrawn in
      clear(&isDrawn)
      write(line.hasSuffix("\n") ? line : line + "\n", to: STDERR_FILENO)
    }
  }

  /// Text on standard error without the end of its line: a question.
  func ask(_ text: String) {
    isDrawn.withLock { isDrawn in
      clear(&isDrawn)
      write(text, to: STDERR_FILENO)
    }
  }

  /// Draws the line anew, in place of the one drawn before.
  func draw(_ line: String) {
    isDrawn.withLock { isDrawn in
      write("\r\(line)\u{1B}[K", to: STDERR_FILENO)
      isDrawn = true
      isLineOpen.store(true, ordering: .releasing)
    }
  }

  /// Lets the drawn line stand as it is.
  func keepLine() {
    isDrawn.withLock { isDrawn in
      if isDrawn { write("\n", to: STDERR_FILENO) }
      isDrawn = false
      isLineOpen.store(false, ordering: .releasing)
    }
  }

  private func clear(_ isDrawn: inout Bool) {
    if isDrawn { write("\r\u{1B}[K", to: STDERR_FILENO) }
    isDrawn = false
    isLineOpen.store(false, ordering: .releasing)
  }

  private func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&interest, 1, 1_000)
      } else if errno != EINTR {
        // Nobody reads it any more; what was asked for still happens.
        return
      }
    }
  }
}
