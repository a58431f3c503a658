import CLaunch
import CSockets
import Glibc
import LandlineProtocol
import Synchronization

/// Waits, on one thread, for all descriptors that some task waits for (man 7 epoll).
///
/// Each is armed by the task itself and reports once, so nothing has to be told to the thread, and who has something to
/// read at once never asks.
final class Poller: Sendable {
  private struct State {
    var lastNumber: UInt64 = 0
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    /// Processes of the server's that are ending.
    var ending: [UInt64: (process: pid_t, descriptor: Descriptor)] = [:]
  }

  private let epoll: Descriptor
  private let state = Mutex(State())

  /// - Throws: `internal`, with what the system said.
  init() throws(LineError) {
    let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw LineError(errno: errno, "cannot wait for programs") }
    epoll = Descriptor(owning: descriptor)
    var thread = pthread_t()
    // The thread keeps the poller, for ever: there is one for a server.
    let poller = Unmanaged.passRetained(self)
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Poller>.fromOpaque(argument).takeUnretainedValue().loop()
        return nil
      }, poller.toOpaque())
    guard result == 0 else {
      poller.release()
      throw LineError(errno: result, "cannot start a thread")
    }
    pthread_detach(thread)
  }

  /// Begins to know a descriptor.
  /// - Returns: its number here.
  func add(_ descriptor: Int32) throws(LineError) -> UInt64 {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    guard control(EPOLL_CTL_ADD, descriptor, CSOCKETS_EPOLLONESHOT, number) == 0 else {
      throw LineError(errno: errno, "cannot wait for a program")
    }
    return number
  }

  /// Waits until the descriptor is ready, or `wake` is called; cancellation does not end it. One task at a time for each.
  /// - Parameter isOver: true from before a `wake` that is not to be missed.
  func wait(_ number: UInt64, _ descriptor: Int32, forWriting: Bool, unless isOver: @Sendable () -> Bool) async {
    await withCheckedContinuation { continuation in
      // In this order: what is ready at once finds the task.
      state.withLock { $0.waiting[number] = continuation }
      let events = forWriting ? EPOLLOUT.rawValue : EPOLLIN.rawValue
      let isArmed = control(EPOLL_CTL_MOD, descriptor, events | CSOCKETS_EPOLLONESHOT, number) == 0
      if !isArmed || isOver() { wake(number) }
    }
  }

  /// Lets go of the task that waits for it.
  func wake(_ number: UInt64) {
    let waiter = state.withLock { $0.waiting.removeValue(forKey: number) }
    waiter?.resume()
  }

  /// Forgets it; to be called before it is closed.
  func remove(_ number: UInt64, _ descriptor: Int32) {
    _ = control(EPOLL_CTL_DEL, descriptor, 0, number)
    wake(number)
  }

  private func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32, _ number: UInt64) -> Int32 {
    var event = epoll_event()
    event.events = events
    event.data.u64 = number
    return epoll_ctl(epoll.raw, operation, descriptor, &event)
  }

  private func loop() {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    while true {
      let count = epoll_wait(epoll.raw, &events, 64, -1)
      guard count > 0 else { continue }
      for event in events[..<Int(count)] {
        wake(event.data.u64)
        reap(event.data.u64)
      }
    }
  }

  // MARK: Processes

  /// Waits, so that nobody else has to, for a process that has said its last word.
  func reap(process: pid_t) {
    let raw = claunch_process_descriptor(process)
    if raw >= 0 {
      let descriptor = Descriptor(owning: raw)
      if let number = try? add(raw) {
        state.withLock { $0.ending[number] = (process, descriptor) }
        if control(EPOLL_CTL_MOD, raw, EPOLLIN.rawValue | CSOCKETS_EPOLLONESHOT, number) == 0 { return }
        state.withLock { $0.ending[number] = nil }
      }
    }
    // Without descriptors: it takes a few instructions of its.
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
  }

  private func reap(_ number: UInt64) {
    guard let (process, descriptor) = state.withLock({ $0.ending.removeValue(forKey: number) }) else { return }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    _ = control(EPOLL_CTL_DEL, descriptor.raw, 0, number)
  }
}

extension LineError {
  /// What is the server's own trouble, and its operator's to mend.
  init(errno number: Int32, _ what: String) {
    self.init(
      number == EMFILE || number == ENFILE || number == EAGAIN ? .tooMany : .internal,
      "\(what): \(String(cString: strerror(number)))")
  }
}
