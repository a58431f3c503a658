internal import CSockets
internal import Glibc
internal import SystemPackage

/// Selector over `select` (man 2 select): the oldest, for descriptors below 1024 only.
///
/// The kernel is asked with one bit a number, and a higher number has none: registering it is an
/// error here, where C writes past the end of a set. (Python: `SelectSelector`.)
public struct SelectSelector<Data>: Selector, ~Copyable {
  private var table = KeyTable<Data>()
  private var reads = fd_set()
  private var writes = fd_set()
  private var exceptions = fd_set()
  private var highest: CInt

  /// What other threads wake this selector with.
  public let waker: Waker

  /// Makes a selector with nothing registered.
  ///
  /// - Throws: ``SelectorError/Code/systemCall`` when there is no descriptor left;
  ///   ``SelectorError/Code/descriptorTooLarge`` when none below 1024 is.
  public init() throws(SelectorError) {
    let waker = try Waker()
    try Self.check(waker.descriptor)
    self.waker = waker
    highest = waker.descriptor
    csockets_fd_set(waker.descriptor, &reads)
  }

  public var count: Int { table.count }

  public var keys: [SelectorKey<Data>] { table.keys }

  public subscript(descriptor: CInt) -> SelectorKey<Data>? { table[descriptor]?.key }

  private static func check(_ descriptor: CInt) throws(SelectorError) {
    guard descriptor < FD_SETSIZE else {
      throw SelectorError(
        .descriptorTooLarge,
        "select has no bit for descriptor \(descriptor), only for 0 to \(FD_SETSIZE - 1); "
          + "use PollSelector or EpollSelector")
    }
  }

  @discardableResult
  public mutating func register(
    _ descriptor: CInt, for events: Events, data: Data
  ) throws(SelectorError) -> SelectorKey<Data> {
    try table.checkNew(descriptor, events)
    try Self.check(descriptor)
    try OpenDescriptor.check(descriptor)
    let key = SelectorKey(descriptor: descriptor, events: events, data: data)
    table.insert(key, note: 0)
    ask(key)
    highest = max(highest, descriptor)
    return key
  }

  @discardableResult
  public mutating func modify(
    _ descriptor: CInt, for events: Events, data: Data
  ) throws(SelectorError) -> SelectorKey<Data> {
    guard table[descriptor] != nil else { throw .notRegistered(descriptor) }
    try table.check(events)
    let key = SelectorKey(descriptor: descriptor, events: events, data: data)
    table.replace(key, note: 0)
    forget(descriptor)
    ask(key)
    return key
  }

  @discardableResult
  public mutating func unregister(_ descriptor: CInt) throws(SelectorError) -> SelectorKey<Data> {
    let entry = try table.remove(descriptor)
    forget(descriptor)
    while highest > waker.descriptor, table[highest] == nil { highest -= 1 }
    return entry.key
  }

  private mutating func ask(_ key: SelectorKey<Data>) {
    if key.events.contains(.read) { csockets_fd_set(key.descriptor, &reads) }
    if key.events.contains(.write) { csockets_fd_set(key.descriptor, &writes) }
    if key.events.contains(.priority) { csockets_fd_set(key.descriptor, &exceptions) }
  }

  private mutating func forget(_ descriptor: CInt) {
    csockets_fd_clr(descriptor, &reads)
    csockets_fd_clr(descriptor, &writes)
    csockets_fd_clr(descriptor, &exceptions)
  }

  public mutating func select(timeout: Duration?, into ready: inout [ReadyKey<Data>]) throws(SelectorError) {
    ready.removeAll(keepingCapacity: true)
    // The kernel writes its answer into the question.
    var readable = reads
    var writable = writes
    var exceptional = exceptions
    // One bit an event and descriptor, not one a descriptor as with poll.
    var bits = try wait(&readable, &writable, &exceptional, Timeout(timeout))
    if bits > 0, csockets_fd_isset(waker.descriptor, &readable) != 0 {
      waker.drain()
      bits -= 1
    }
    var descriptor: CInt = 0
    while bits > 0, descriptor <= highest {
      var events: Events = []
      if csockets_fd_isset(descriptor, &readable) != 0 { events.insert(.read) }
      if csockets_fd_isset(descriptor, &writable) != 0 { events.insert(.write) }
      if csockets_fd_isset(descriptor, &exceptional) != 0 { events.insert(.priority) }
      if !events.isEmpty, let entry = table[descriptor] {
        ready.append(ReadyKey(entry.key, events))
        bits -= events.rawValue.nonzeroBitCount
      }
      descriptor += 1
    }
  }

  private func wait(
    _ readable: inout fd_set, _ writable: inout fd_set, _ exceptional: inout fd_set, _ timeout: Timeout
  ) throws(SelectorError) -> Int {
    var timeout = timeout
    while true {
      let count: CInt
      if timeout.nanoseconds < 0 {
        count = pselect(highest + 1, &readable, &writable, &exceptional, nil, nil)
      } else {
        var time = timespec(
          tv_sec: Int(timeout.nanoseconds / 1_000_000_000), tv_nsec: Int(timeout.nanoseconds % 1_000_000_000))
        count = pselect(highest + 1, &readable, &writable, &exceptional, &time, nil)
      }
      if count >= 0 { return Int(count) }
      switch Errno(rawValue: errno) {
      // The sets are as they were (man 2 select).
      case .interrupted: guard timeout.continuesAfterInterruption() else { return 0 }
      case .badFileDescriptor: throw closedDescriptor
      case let cause: throw SelectorError(.systemCall, errno: cause, "select cannot wait")
      }
    }
  }

  /// The kernel does not say which of them it is.
  private var closedDescriptor: SelectorError {
    let closed = table.keys.first { !OpenDescriptor.isOpen($0.descriptor) }
    return SelectorError(
      .invalidDescriptor, errno: .badFileDescriptor,
      "descriptor \(closed?.descriptor ?? -1) was closed while it was registered; unregister it")
  }
}
