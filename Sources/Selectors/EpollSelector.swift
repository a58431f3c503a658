/// Selector over `epoll` (man 7 epoll): any number of descriptors, and those that are idle cost nothing.
///
/// ```swift
/// var selector = try EpollSelector<Connection>()
/// try selector.register(descriptor, for: [.read, .write], data: connection, mode: .edgeTriggered)
/// ```
///
/// In a child process after `fork`, make a selector of its own: the parent's is shared with the child,
/// and what the child registers there, the parent hears of. (Python: `EpollSelector`.)
public struct EpollSelector<Data>: Selector, ~Copyable {
  @usableFromInline let epoll: EpollInstance
  @usableFromInline var table: KeyTable<Data>

  /// What other threads wake this selector with.
  public let waker: Waker

  /// Makes a selector that reports up to 512 descriptors a wait.
  public init() throws(SelectorError) { try self.init(maximumReports: 512) }

  /// Makes a selector.
  ///
  /// - Parameter maximumReports: How many ready descriptors one wait reports at most; the others
  ///   come first in the next. At least 1; each takes 12 bytes.
  public init(maximumReports: Int) throws(SelectorError) {
    let waker = try Waker()
    epoll = try EpollInstance(maximumReports: maximumReports, waker: waker)
    table = KeyTable()
    self.waker = waker
  }

  /// The epoll descriptor, to be watched in its turn: it is readable when anything registered is
  /// ready. Not to be closed. (Python: `fileno()`.)
  ///
  /// Whoever closes a file that is registered here before it is unregistered, while a duplicate of it lives on (in a
  /// child process, say), makes the selector put a new set under this number at the next report. An epoll that watches
  /// the number has to be told so: take it out there and add it again.
  public var descriptor: CInt { epoll.descriptor }

  @inlinable
  public var count: Int { table.count }

  @inlinable
  public var keys: [SelectorKey<Data>] { table.keys }

  @inlinable
  public subscript(descriptor: CInt) -> SelectorKey<Data>? { table[descriptor]?.key }

  @inlinable
  @discardableResult
  public mutating func register(
    _ descriptor: CInt, for events: Events, data: Data
  ) throws(SelectorError) -> SelectorKey<Data> {
    try register(descriptor, for: events, data: data, mode: [])
  }

  /// Begins to watch a descriptor; see ``Selector/register(_:for:data:)``.
  ///
  /// - Parameter mode: How it is reported; a later `modify` without a mode keeps it.
  @inlinable
  @discardableResult
  public mutating func register(
    _ descriptor: CInt, for events: Events, data: Data, mode: EpollMode
  ) throws(SelectorError) -> SelectorKey<Data> {
    try table.checkNew(descriptor, events)
    try epoll.add(descriptor, generation: table.nextGeneration, events, mode)
    let key = SelectorKey(descriptor: descriptor, events: events, data: data)
    table.insert(key, note: mode.rawValue)
    return key
  }

  @inlinable
  @discardableResult
  public mutating func modify(
    _ descriptor: CInt, for events: Events, data: Data
  ) throws(SelectorError) -> SelectorKey<Data> {
    guard let entry = table[descriptor] else { throw .notRegistered(descriptor) }
    let mode = EpollMode(rawValue: entry.note).subtracting(.disarmed)
    return try modify(descriptor, for: events, data: data, mode: mode)
  }

  /// Watches a registered descriptor for something else; see ``Selector/modify(_:for:data:)``.
  ///
  /// - Parameter mode: How it is reported from now on.
  @inlinable
  @discardableResult
  public mutating func modify(
    _ descriptor: CInt, for events: Events, data: Data, mode: EpollMode
  ) throws(SelectorError) -> SelectorKey<Data> {
    guard let entry = table[descriptor] else { throw .notRegistered(descriptor) }
    try table.check(events)
    let key = SelectorKey(descriptor: descriptor, events: events, data: data)
    // The kernel knows nothing of the data; but a change rearms what is of one shot.
    var generation = entry.generation
    if events != entry.key.events || mode.rawValue != entry.note || mode.contains(.oneShot) {
      generation = try change(descriptor, generation, events, mode)
    }
    table.replace(key, note: mode.rawValue, generation: generation)
    return key
  }

  /// Makes a descriptor of the mode ``EpollMode/oneShot`` report again, for the same events.
  ///
  /// An edge-triggered one, too, is reported anew if it is ready now.
  ///
  /// - Throws: ``SelectorError/Code/notRegistered``. If the kernel refuses, the descriptor is no longer registered.
  @inlinable
  public mutating func rearm(_ descriptor: CInt) throws(SelectorError) {
    guard let entry = table[descriptor] else { throw .notRegistered(descriptor) }
    let mode = EpollMode(rawValue: entry.note).subtracting(.disarmed)
    let generation = try change(descriptor, entry.generation, entry.key.events, mode)
    table.replace(entry.key, note: mode.rawValue, generation: generation)
  }

  @inlinable
  mutating func change(
    _ descriptor: CInt, _ generation: UInt32, _ events: Events, _ mode: EpollMode
  ) throws(SelectorError) -> UInt32 {
    do throws(SelectorError) {
      return try epoll.change(descriptor, generation: generation, fresh: table.takeGeneration(), events, mode)
    } catch {
      try unregister(descriptor)
      throw error
    }
  }

  @inlinable
  @discardableResult
  public mutating func unregister(_ descriptor: CInt) throws(SelectorError) -> SelectorKey<Data> {
    let entry = try table.remove(descriptor)
    epoll.remove(descriptor)
    return entry.key
  }

  @inlinable
  public mutating func select(timeout: Duration?, into ready: inout [ReadyKey<Data>]) throws(SelectorError) {
    ready.removeAll(keepingCapacity: true)
    let count = try epoll.wait(timeout)
    var isStale = false
    for index in 0..<count {
      guard let report = epoll.report(index) else {
        waker.clear()
        continue
      }
      guard let entry = table[report.descriptor], entry.generation == report.generation else {
        isStale = true
        continue
      }
      ready.append(ReadyKey(entry.key, report.events.intersection(entry.key.events)))
      let mode = EpollMode(rawValue: entry.note)
      if mode.contains(.oneShot) { table.replace(entry.key, note: mode.union(.disarmed).rawValue) }
    }
    if isStale { try renew() }
  }

  /// A file was closed, but lives on in a duplicate, and is reported for ever; see
  /// ``EpollInstance/renew(_:)``.
  @usableFromInline
  mutating func renew() throws(SelectorError) {
    try epoll.renew(waker)
    for entry in table.entries {
      guard let entry, !EpollMode(rawValue: entry.note).contains(.disarmed) else { continue }
      do throws(SelectorError) {
        try epoll.add(
          entry.key.descriptor, generation: entry.generation, entry.key.events, EpollMode(rawValue: entry.note))
      } catch {
        // Closed and not yet unregistered: epoll had forgotten it before, and has nothing to report.
        guard error.code == .invalidDescriptor else { throw error }
      }
    }
  }
}
