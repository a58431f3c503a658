internal import CSockets
internal import Glibc
internal import Selectors
internal import Sockets
internal import SystemPackage

/// The loop's epoll descriptor (man 7 epoll), edge-triggered.
///
/// Beside `EpollSelector` this is less and more: descriptors are added once, for everything, and never modified; any
/// thread may add and remove them while the loop waits, as the kernel allows; and the end of a peer's sending
/// (`EPOLLRDHUP`) is reported, without which a short read could not be taken for a drained socket.
struct Poller: ~Copyable {
  let waker: Waker
  private let descriptor: CInt
  private let reports: UnsafeMutableBufferPointer<epoll_event>

  /// What a report of the waker carries instead of a token.
  private static let wakeToken = UInt64.max

  /// How many descriptors one wait reports at most; the others come first in the next.
  static let maximumReports = 512

  init() throws(SocketError) {
    let waker: Waker
    do throws(SelectorError) {
      waker = try Waker()
    } catch {
      throw SocketError("eventfd", error.errno ?? .tooManyOpenFiles)
    }
    descriptor = try Self.create(watching: waker)
    self.waker = waker
    reports = .allocate(capacity: Self.maximumReports)
  }

  deinit {
    reports.deallocate()
    close(descriptor)
  }

  private static func create(watching waker: Waker) throws(SocketError) -> CInt {
    let descriptor = epoll_create1(CInt(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw SocketError("epoll_create1", Errno(rawValue: errno)) }
    // Edge-triggered: each wake is a new edge, and the eventfd need not be read.
    var event = epoll_event()
    event.events = EPOLLIN.rawValue | CSOCKETS_EPOLLET
    event.data.u64 = wakeToken
    guard epoll_ctl(descriptor, EPOLL_CTL_ADD, waker.descriptor, &event) == 0 else {
      let cause = Errno(rawValue: errno)
      close(descriptor)
      throw SocketError("epoll_ctl", cause)
    }
    return descriptor
  }

  /// Watches a descriptor; what it is ready for already is reported in the next wait.
  borrowing func add(_ number: CInt, token: UInt64) throws(SocketError) {
    var event = epoll_event()
    event.events =
      EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLPRI.rawValue | EPOLLRDHUP.rawValue | CSOCKETS_EPOLLET
    event.data.u64 = token
    guard epoll_ctl(descriptor, EPOLL_CTL_ADD, number, &event) == 0 else {
      throw SocketError("epoll_ctl", Errno(rawValue: errno))
    }
  }

  /// Not left to `close`: a duplicate in another process would keep the file in the set.
  borrowing func remove(_ number: CInt) {
    var event = epoll_event()
    epoll_ctl(descriptor, EPOLL_CTL_DEL, number, &event)
  }

  /// Waits for reports; called by the loop's thread only.
  ///
  /// - Parameter nanoseconds: How long at most; 0 not at all, negative for ever.
  /// - Returns: How many reports there are.
  borrowing func wait(nanoseconds: Int64) -> Int {
    let count = csockets_epoll_wait(
      descriptor, reports.baseAddress, CInt(truncatingIfNeeded: reports.count), nanoseconds)
    if count >= 0 { return Int(count) }
    // A signal: the loop looks at its timers and comes back. Nothing else can be wrong with this descriptor.
    precondition(errno == EINTR, "epoll_wait failed: \(Errno(rawValue: errno))")
    return 0
  }

  /// A report's token and what it says; nil if it is the waker's.
  @inline(__always)
  borrowing func report(_ index: Int) -> (token: UInt64, edges: Edges)? {
    let report = reports[index]
    let token = report.data.u64
    guard token != Self.wakeToken else {
      waker.clear()
      return nil
    }
    return (token, Edges(bits: report.events))
  }
}

/// What epoll reported of a descriptor.
struct Edges: Equatable {
  private let bits: UInt32

  init(bits: UInt32) { self.bits = bits }

  /// Reading will not wait.
  var isReadable: Bool {
    bits & (EPOLLIN.rawValue | EPOLLPRI.rawValue | EPOLLRDHUP.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
  }

  /// Writing will not wait.
  var isWritable: Bool { bits & (EPOLLOUT.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 }

  /// More than bytes has come: an end, an error, urgent data. A short read does not mean then that nothing is left.
  var isOutOfTheOrdinary: Bool {
    bits & (EPOLLPRI.rawValue | EPOLLRDHUP.rawValue | EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
  }
}
