import Glibc
import LandlineProtocol
import Synchronization

/// The pipe by which signals reach the task that handles them; -1 for none. Written by the handler, hence global and atomic.
private let signalPipe = Atomic<Int32>(-1)

/// How often somebody has asked for the end.
private let requests = Atomic<Int>(0)

/// Signals for a command that runs elsewhere: they are sent there, in place of ending this process.
///
/// Who asks a third time does not want to wait for the other side any more.
final class RunSignals: Sendable {
  private static let forwarded = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]
  private static let patience = 3

  /// To be polled together with standard input.
  let descriptor: Int32
  private let writing: Int32

  /// Takes the signals, until the process ends.
  init() {
    var pair: [Int32] = [-1, -1]
    // Both can only fail when there are no descriptors; then nothing is forwarded.
    if pipe(&pair) == 0 {
      for end in pair {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
      }
    }
    descriptor = pair[0]
    writing = pair[1]
    signalPipe.store(writing, ordering: .releasing)
    for number in Self.forwarded { Glibc.signal(number, Self.forward) }
    Glibc.signal(SIGWINCH, Self.note)
  }

  /// Ends the wait of whoever polls.
  func wake() { Self.write(0) }

  /// What has come: signals, and `SIGWINCH`; wakes are passed over.
  func take() -> [Int32] {
    var room = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &room, room.count)
    return room.prefix(max(0, count)).filter { $0 != 0 }.map { Int32($0) }
  }

  // Only calls that are safe in a signal handler (man 7 signal-safety).

  private static let forward: @convention(c) (Int32) -> Void = { number in
    if number == SIGINT || number == SIGTERM || number == SIGHUP {
      let count = requests.add(1, ordering: .relaxed).newValue
      if count >= patience {
        RawTerminal.restore()
        _exit(128 + number)
      }
    }
    write(UInt8(truncatingIfNeeded: number))
  }

  private static let note: @convention(c) (Int32) -> Void = { number in
    write(UInt8(truncatingIfNeeded: number))
  }

  private static func write(_ byte: UInt8) {
    var byte = byte
    let saved = errno
    _ = Glibc.write(signalPipe.load(ordering: .acquiring), &byte, 1)
    errno = saved
  }
}

extension CommandSignal {
  /// - Returns: nil for one that is not sent on.
  init?(number: Int32) {
    guard let signal = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = signal
  }
}
