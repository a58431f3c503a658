internal import CSockets
internal import Glibc
internal import SystemPackage

/// Selector over `poll` (man 2 poll): any number of descriptors, and each wait looks at all of them.
///
/// It needs no descriptor of the kernel's beside that of its ``waker``. (Python: `PollSelector`.)
public struct PollSelector<Data>: Selector, ~Copyable {
  private var table = KeyTable<Data>()
  /// What the kernel is asked. The waker comes first; a registration notes its position.
  private var questions: [pollfd]

  /// What other threads wake this selector with.
  public let waker: Waker

  /// Makes a selector with nothing registered.
  public init() throws(SelectorError) {
    waker = try Waker()
    questions = [pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0)]
  }

  public var count: Int { table.count }

  public var keys: [SelectorKey<Data>] { table.keys }

  public subscript(descriptor: CInt) -> SelectorKey<Data>? { table[descriptor]?.key }

  @discardableResult
  public mutating func register(
    _ descriptor: CInt, for events: Events, data: Data
  ) throws(SelectorError) -> SelectorKey<Data> {
    try table.checkNew(descriptor, events)
    try OpenDescriptor.check(descriptor)
    let key = SelectorKey(descriptor: descriptor, events: events, data: data)
    table.insert(key, note: Int32(questions.count))
    questions.append(Self.question(key))
    return key
  }

  @discardableResult
  public mutating func modify(
    _ descriptor: CInt, for events: Events, data: Data
  ) throws(SelectorError) -> SelectorKey<Data> {
    guard let entry = table[descriptor] else { throw .notRegistered(descriptor) }
    try table.check(events)
    let key = SelectorKey(descriptor: descriptor, events: events, data: data)
    questions[Int(entry.note)] = Self.question(key)
    table.replace(key, note: entry.note)
    return key
  }

  @discardableResult
  public mutating func unregister(_ descriptor: CInt) throws(SelectorError) -> SelectorKey<Data> {
    let entry = try table.remove(descriptor)
    // The last question takes the place of the one that is no more.
    let last = questions.removeLast()
    if last.fd != descriptor, let moved = table[last.fd] {
      questions[Int(entry.note)] = last
      table.replace(moved.key, note: entry.note)
    }
    return entry.key
  }

  private static func question(_ key: SelectorKey<Data>) -> pollfd {
    var bits: Int32 = 0
    if key.events.contains(.read) { bits |= POLLIN }
    if key.events.contains(.write) { bits |= POLLOUT }
    if key.events.contains(.priority) { bits |= POLLPRI }
    return pollfd(fd: key.descriptor, events: Int16(bits), revents: 0)
  }

  public mutating func select(timeout: Duration?, into ready: inout [ReadyKey<Data>]) throws(SelectorError) {
    ready.removeAll(keepingCapacity: true)
    var remaining = try wait(Timeout(timeout))
    guard remaining > 0 else { return }
    for answer in questions where answer.revents != 0 {
      if let entry = table[answer.fd] {
        let events = Self.events(Int32(answer.revents)).intersection(entry.key.events)
        ready.append(ReadyKey(entry.key, events))
      } else {
        waker.drain()
      }
      remaining -= 1
      guard remaining > 0 else { return }
    }
  }

  private mutating func wait(_ timeout: Timeout) throws(SelectorError) -> Int {
    var timeout = timeout
    while true {
      let count = questions.withUnsafeMutableBufferPointer {
        csockets_poll($0.baseAddress, nfds_t($0.count), timeout.nanoseconds)
      }
      if count >= 0 { return Int(count) }
      switch Errno(rawValue: errno) {
      case .interrupted: guard timeout.continuesAfterInterruption() else { return 0 }
      case .invalidArgument:
        throw SelectorError(
          .systemCall, errno: .invalidArgument,
          "poll cannot look at \(questions.count) descriptors: more than this process may open (ulimit -n)")
      case let cause: throw SelectorError(.systemCall, errno: cause, "poll cannot wait")
      }
    }
  }

  /// After an error or a hang-up, or when the file was closed (`POLLNVAL`), nothing will wait.
  private static func events(_ bits: Int32) -> Events {
    guard bits & (POLLERR | POLLHUP | POLLNVAL) == 0 else { return .all }
    var events: Events = []
    if bits & POLLIN != 0 { events.insert(.read) }
    if bits & POLLOUT != 0 { events.insert(.write) }
    if bits & POLLPRI != 0 { events.insert(.priority) }
    return events
  }
}
