internal import CSockets
internal import Glibc
internal import SystemPackage

/// An epoll descriptor (man 7 epoll) and the room that the kernel reports into. It knows numbers and
/// bits only: what is generic stays outside, so that programs specialise it and this is compiled once.
@usableFromInline
struct EpollInstance: ~Copyable {
  let descriptor: CInt
  private let reports: UnsafeMutableBufferPointer<epoll_event>

  /// What a report of the waker carries instead of a token.
  private static let wakeToken = UInt64.max

  init(maximumReports: Int, waker: Waker) throws(SelectorError) {
    precondition(maximumReports > 0, "a selector that reports at most \(maximumReports) descriptors reports none")
    descriptor = try Self.create(watching: waker)
    reports = .allocate(capacity: maximumReports)
  }

  deinit {
    reports.deallocate()
    close(descriptor)
  }

  private static func create(watching waker: Waker) throws(SelectorError) -> CInt {
    let descriptor = epoll_create1(CInt(EPOLL_CLOEXEC))
    guard descriptor >= 0 else {
      throw SelectorError(.systemCall, errno: Errno(rawValue: errno), "cannot make an epoll descriptor")
    }
    // Edge-triggered: each wake is a new edge, and the eventfd need not be read.
    var event = epoll_event()
    event.events = EPOLLIN.rawValue | CSOCKETS_EPOLLET
    event.data.u64 = wakeToken
    guard epoll_ctl(descriptor, EPOLL_CTL_ADD, waker.descriptor, &event) == 0 else {
      let cause = Errno(rawValue: errno)
      close(descriptor)
      throw SelectorError(.systemCall, errno: cause, "cannot watch the eventfd of a selector")
    }
    return descriptor
  }

  /// The token tells registrations of the same number apart.
  static func token(_ descriptor: CInt, generation: UInt32) -> UInt64 {
    UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
  }

  private static func event(_ token: UInt64, _ events: Events, _ mode: EpollMode) -> epoll_event {
    var event = epoll_event()
    if events.contains(.read) { event.events |= EPOLLIN.rawValue }
    if events.contains(.write) { event.events |= EPOLLOUT.rawValue }
    if events.contains(.priority) { event.events |= EPOLLPRI.rawValue }
    if mode.contains(.edgeTriggered) { event.events |= CSOCKETS_EPOLLET }
    if mode.contains(.oneShot) { event.events |= CSOCKETS_EPOLLONESHOT }
    if mode.contains(.exclusive) { event.events |= CSOCKETS_EPOLLEXCLUSIVE }
    event.data.u64 = token
    return event
  }

  @usableFromInline
  borrowing func add(
    _ number: CInt, generation: UInt32, _ events: Events, _ mode: EpollMode
  ) throws(SelectorError) {
    var event = Self.event(Self.token(number, generation: generation), events, mode)
    guard epoll_ctl(descriptor, EPOLL_CTL_ADD, number, &event) != 0 else { return }
    throw Self.refusal(of: number, events, mode, Errno(rawValue: errno))
  }

  /// Changes what a number is watched for.
  ///
  /// - Parameters:
  ///   - generation: The registration's.
  ///   - fresh: What the registration gets if it has to be a new one: the number may be another file's by now, and the
  ///     kernel may go on reporting the old file, which lives on in a duplicate, with the old token.
  /// - Returns: The generation that the registration has now.
  @usableFromInline
  borrowing func change(
    _ number: CInt, generation: UInt32, fresh: UInt32, _ events: Events, _ mode: EpollMode
  ) throws(SelectorError) -> UInt32 {
    // The kernel changes nothing that is exclusive, nor makes it so: that is taken out and added again.
    if mode.contains(.exclusive) {
      remove(number)
      try add(number, generation: fresh, events, mode)
      return fresh
    }
    var event = Self.event(Self.token(number, generation: generation), events, mode)
    guard epoll_ctl(descriptor, EPOLL_CTL_MOD, number, &event) != 0 else { return generation }
    switch Errno(rawValue: errno) {
    case .invalidArgument:
      // It was exclusive up to now.
      remove(number)
      try add(number, generation: fresh, events, mode)
    case .noSuchFileOrDirectory:
      // The number is another file's by now, or the set was made anew.
      try add(number, generation: fresh, events, mode)
    case let cause: throw Self.refusal(of: number, events, mode, cause)
    }
    return fresh
  }

  /// A descriptor that was closed has left the kernel's set by itself: that is no error.
  @usableFromInline
  borrowing func remove(_ number: CInt) {
    // Kernels before 2.6.9 want an event here, though they do not look at it.
    var event = epoll_event()
    epoll_ctl(descriptor, EPOLL_CTL_DEL, number, &event)
  }

  private static func refusal(
    of number: CInt, _ events: Events, _ mode: EpollMode, _ errno: Errno
  ) -> SelectorError {
    switch errno {
    case .badFileDescriptor: .invalid(number, errno)
    case .notPermitted:
      SelectorError(
        .systemCall, errno: errno,
        "epoll cannot watch descriptor \(number): a plain file or a folder is always ready; read or write it at once")
    case .invalidArgument:
      SelectorError(
        .invalidEvents, errno: errno,
        "epoll cannot watch descriptor \(number) for \(events) in the mode \(mode); "
          + "an exclusive watch is for .read and .write only and not of one shot, and no epoll watches itself")
    case .noSpace:
      SelectorError(
        .systemCall, errno: errno,
        "epoll cannot watch descriptor \(number): the bound fs.epoll.max_user_watches is reached")
    default: SelectorError(.systemCall, errno: errno, "epoll cannot watch descriptor \(number)")
    }
  }

  /// Waits for reports; returns how many there are. Zero after the time is over.
  @usableFromInline
  borrowing func wait(_ duration: Duration?) throws(SelectorError) -> Int {
    var timeout = Timeout(duration)
    while true {
      let count = csockets_epoll_wait(
        descriptor, reports.baseAddress, CInt(truncatingIfNeeded: reports.count), timeout.nanoseconds)
      if count >= 0 { return Int(count) }
      guard errno == EINTR else {
        throw SelectorError(.systemCall, errno: Errno(rawValue: errno), "epoll cannot wait")
      }
      guard timeout.continuesAfterInterruption() else { return 0 }
    }
  }

  /// A report's descriptor, generation and events; nil if it is the waker's.
  ///
  /// `events` has all bits after an error or a hang-up: whatever the caller watches for will not wait.
  @usableFromInline
  borrowing func report(_ index: Int) -> (descriptor: CInt, generation: UInt32, events: Events)? {
    let report = reports[index]
    let token = report.data.u64
    guard token != Self.wakeToken else { return nil }
    var events: Events = []
    let bits = report.events
    if bits & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { events = .all }
    if bits & EPOLLIN.rawValue != 0 { events.insert(.read) }
    if bits & EPOLLOUT.rawValue != 0 { events.insert(.write) }
    if bits & EPOLLPRI.rawValue != 0 { events.insert(.priority) }
    return (CInt(truncatingIfNeeded: token), UInt32(truncatingIfNeeded: token >> 32), events)
  }

  /// Puts a new, empty set under the same number.
  ///
  /// The only cure for a file that was closed here while a duplicate of it lives on, in a child
  /// process say: the old set goes on reporting it, under a number that names it no longer, and
  /// nothing can take it out (man 7 epoll, questions and answers).
  @usableFromInline
  borrowing func renew(_ waker: Waker) throws(SelectorError) {
    let fresh = try Self.create(watching: waker)
    defer { close(fresh) }
    while csockets_dup3(fresh, descriptor, O_CLOEXEC) < 0 {
      guard errno == EINTR || errno == EBUSY else {
        throw SelectorError(.systemCall, errno: Errno(rawValue: errno), "cannot renew an epoll descriptor")
      }
    }
  }
}
