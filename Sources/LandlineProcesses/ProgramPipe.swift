import CLaunch
import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization

/// The server's end of a pipe, or of a terminal, for one direction.
final class ProgramPipe: ProgramOutput, ProgramInput {
  let descriptor: Int32
  private let poller: Poller
  private let number: UInt64
  /// The program has ended: what is there now is all.
  private let isFinished = Atomic(false)
  private let isClosed = Atomic(false)

  /// - Parameter descriptor: becomes its own, and does not block from now on.
  init(owning descriptor: Int32, _ poller: Poller) throws(LineError) {
    do throws(LineError) {
      guard claunch_set_nonblocking(descriptor) == 0 else {
        throw LineError(errno: errno, "cannot set up a program's pipe")
      }
      number = try poller.add(descriptor)
    } catch {
      Glibc.close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.poller = poller
  }

  /// A copy of a descriptor, as a pipe of its own: one may be waited for in each direction.
  convenience init(copying descriptor: Descriptor, _ poller: Poller) throws(LineError) {
    let copy = fcntl(descriptor.raw, F_DUPFD_CLOEXEC, 3)
    guard copy >= 0 else { throw LineError(errno: errno, "cannot copy a descriptor") }
    try self.init(owning: copy, poller)
  }

  deinit { close() }

  /// Not while somebody reads or writes it.
  func close() {
    guard !isClosed.exchange(true, ordering: .sequentiallyConsistent) else { return }
    poller.remove(number, descriptor)
    Glibc.close(descriptor)
  }

  /// Says that the program has ended, with everything that could write.
  func finish() {
    isFinished.store(true, ordering: .sequentiallyConsistent)
    poller.wake(number)
  }

  private func wait(forWriting: Bool) async throws {
    await withTaskCancellationHandler {
      await poller.wait(number, descriptor, forWriting: forWriting) {
        self.isFinished.load(ordering: .sequentiallyConsistent) || Task.isCancelled
      }
    } onCancel: {
      poller.wake(number)
    }
    try Task.checkCancellation()
  }

  /// Waits until there is something to read, or the end; also in a cancelled task.
  func waitForReport() async {
    await poller.wait(number, descriptor, forWriting: false) {
      self.isFinished.load(ordering: .sequentiallyConsistent)
    }
  }

  // MARK: Reading

  func readable() async throws -> Int {
    let count = Int(claunch_readable_bytes(descriptor))
    if count > 0 || isFinished.load(ordering: .sequentiallyConsistent) { return count }
    try await wait(forWriting: false)
    return Int(claunch_readable_bytes(descriptor))
  }

  func read(into room: UnsafeMutableRawBufferPointer) throws -> Int? {
    while true {
      let count = Glibc.read(descriptor, room.baseAddress, room.count)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN: return isFinished.load(ordering: .sequentiallyConsistent) ? 0 : nil
      // A terminal whose other side nobody has open any more.
      case EIO: return 0
      default: throw LineError(errno: errno, "cannot read what a program writes")
      }
    }
  }

  // MARK: Writing

  func writable() async throws { try await wait(forWriting: true) }

  func write(_ bytes: UnsafeRawBufferPointer) throws -> Int? {
    while true {
      let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      if count >= 0 { return count }
      switch errno {
      case EINTR: continue
      case EAGAIN where !isFinished.load(ordering: .sequentiallyConsistent): return nil
      default: throw LineError(errno: errno, "the program does not read any more")
      }
    }
  }
}

/// Writes to a terminal: it has no end of its own.
struct TerminalInput: ProgramInput {
  let pipe: ProgramPipe

  func writable() async throws { try await pipe.writable() }

  func write(_ bytes: UnsafeRawBufferPointer) throws -> Int? { try pipe.write(bytes) }

  /// As a person ends it: Ctrl-D (man 3 termios, VEOF).
  func close() {
    var end: UInt8 = 4
    withUnsafeBytes(of: &end) { _ = try? pipe.write($0) }
  }
}
