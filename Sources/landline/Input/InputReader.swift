import Glibc
import LandlineClient
import Synchronization

/// The descriptor by which who waits for input is woken; -1 while there is none. Used by signal handlers, hence global and
/// atomic.
private let wakeDescriptor = Atomic<Int32>(-1)

/// Reads standard input, or another descriptor, as it comes; a task that waits for it holds no thread of others.
///
/// One at a time in the whole process.
final class InputReader: Sendable {
  /// What there is to do.
  enum Arrival: Hashable, Sendable {
    case bytes([UInt8])
    case end
    /// Nothing was typed, but something is to be looked at: the window's size, say.
    case woken
  }

  /// The most bytes of one read.
  private static let most = 65_536

  private let descriptor: Int32
  private let wake: Int32
  private let wakeEnd: Int32

  /// - Parameter descriptor: what to read; it is not closed.
  init(descriptor: Int32 = STDIN_FILENO) throws(ClientError) {
    self.descriptor = descriptor
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ClientError(.localFile, "cannot wait for input: error \(errno)") }
    wake = ends[0]
    wakeEnd = ends[1]
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    wakeDescriptor.store(wakeEnd, ordering: .releasing)
  }

  deinit {
    wakeDescriptor.store(-1, ordering: .releasing)
    close(wake)
    close(wakeEnd)
  }

  /// What comes next. A cancelled task is woken.
  func next() async -> Arrival {
    let (descriptor, wake) = (descriptor, wake)
    return await withTaskCancellationHandler {
      await WaitingThreads.run { Self.wait(descriptor, wake) }
    } onCancel: {
      Self.wake()
    }
  }

  private static func wait(_ descriptor: Int32, _ wake: Int32) -> Arrival {
    while true {
      var interests = [
        pollfd(fd: wake, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if poll(&interests, 2, -1) < 0 {
        if errno == EINTR { continue }
        return .end
      }
      if interests[0].revents != 0 {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(wake, &bytes, bytes.count) > 0 {}
        return .woken
      }
      var buffer = [UInt8](repeating: 0, count: most)
      let count = read(descriptor, &buffer, most)
      if count > 0 { return .bytes(Array(buffer.prefix(count))) }
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      return .end
    }
  }

  /// Makes `next` return. Also for signal handlers.
  static func wake() {
    let descriptor = wakeDescriptor.load(ordering: .acquiring)
    var byte: UInt8 = 0
    // When it is full, it wakes already.
    if descriptor >= 0 { _ = write(descriptor, &byte, 1) }
  }
}
