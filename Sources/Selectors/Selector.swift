/// Waits until one of many descriptors is ready. (Python: `selectors.BaseSelector`.)
///
/// ```text
///                        Selector
///                           |
///         +-----------------+-----------------+
///         |                 |                 |
///   SelectSelector    PollSelector      EpollSelector  =  DefaultSelector
///   numbers < 1024    any number,       any number, no cost for those that
///                     each costs a      are idle; edges, one shot, exclusive
///                     look a wait
/// ```
///
/// ```swift
/// var selector = try DefaultSelector<String>()
/// try selector.register(0, for: .read, data: "the terminal")
/// for ready in try selector.select(timeout: .seconds(5)) {
///   print(ready.key.data, "is ready for", ready.events)
/// }
/// ```
///
/// A selector knows descriptors by their numbers and owns none of them. Unregister a descriptor before
/// you close it; afterwards is allowed, but until then its number, which the kernel gives to the next
/// file that is opened, counts as registered.
///
/// A selector belongs to one thread at a time; ``Waker/wake()`` is for the others. It has no `close()` that could be
/// forgotten or called twice: it closes when it goes out of scope.
public protocol Selector<Data>: ~Copyable {
  /// What is kept with each registration. `Void`, if nothing is.
  associatedtype Data

  /// Makes a selector with nothing registered.
  ///
  /// - Throws: ``SelectorError/Code/systemCall`` when the process has no descriptor left.
  init() throws(SelectorError)

  /// How many descriptors are registered.
  var count: Int { get }

  /// All registrations, by ascending number. (Python: `get_map()`.)
  var keys: [SelectorKey<Data>] { get }

  /// What other threads wake this selector with.
  var waker: Waker { get }

  /// The registration of a descriptor; nil if there is none. (Python: `get_key`.)
  subscript(descriptor: CInt) -> SelectorKey<Data>? { get }

  /// Begins to watch a descriptor.
  ///
  /// - Parameters:
  ///   - descriptor: The number of an open file: a socket, a pipe, a terminal, an eventfd.
  ///   - events: What to watch for; at least one event.
  ///   - data: Kept with the registration and returned with it.
  /// - Returns: The registration.
  /// - Throws: ``SelectorError/Code/alreadyRegistered``, ``SelectorError/Code/invalidEvents``,
  ///   ``SelectorError/Code/invalidDescriptor``; of ``SelectSelector`` also
  ///   ``SelectorError/Code/descriptorTooLarge``; of ``EpollSelector`` also ``SelectorError/Code/systemCall``, with
  ///   `EPERM` for plain files and folders, which are always ready and cannot be watched.
  @discardableResult
  mutating func register(
    _ descriptor: CInt, for events: Events, data: Data
  ) throws(SelectorError) -> SelectorKey<Data>

  /// Watches a registered descriptor for something else, or keeps other data with it.
  ///
  /// - Throws: ``SelectorError/Code/notRegistered``, ``SelectorError/Code/invalidEvents``. If the kernel refuses, the
  ///   descriptor is no longer registered.
  @discardableResult
  mutating func modify(
    _ descriptor: CInt, for events: Events, data: Data
  ) throws(SelectorError) -> SelectorKey<Data>

  /// Watches a descriptor no more. It may have been closed before.
  ///
  /// - Returns: The registration that was.
  /// - Throws: ``SelectorError/Code/notRegistered``.
  @discardableResult
  mutating func unregister(_ descriptor: CInt) throws(SelectorError) -> SelectorKey<Data>

  /// Waits until a descriptor is ready, the time is over, or another thread wakes it.
  ///
  /// Interruptions by signals (`EINTR`) do not end the wait, nor lengthen it.
  ///
  /// - Parameters:
  ///   - timeout: How long to wait at most; nil for ever, zero or less not at all.
  ///   - ready: Emptied, then filled with what is ready, each descriptor once. Stays empty when the
  ///     time is over, when woken, and on rare occasions before: look at the clock if it matters.
  ///     Keep the array for the next wait: its memory is used again.
  /// - Throws: ``SelectorError/Code/invalidDescriptor`` of ``SelectSelector``, when a registered descriptor was closed;
  ///   ``SelectorError/Code/systemCall`` when the kernel has no memory.
  mutating func select(timeout: Duration?, into ready: inout [ReadyKey<Data>]) throws(SelectorError)
}

/// What ``Selector`` chooses on this platform: epoll. (Python: `DefaultSelector`.)
public typealias DefaultSelector = EpollSelector

extension Selector where Self: ~Copyable {
  /// Waits until a descriptor is ready; see ``select(timeout:into:)``.
  ///
  /// - Parameter timeout: How long to wait at most; nil for ever, zero or less not at all.
  /// - Returns: What is ready; empty after the time is over or a wake.
  @inlinable
  public mutating func select(timeout: Duration? = nil) throws(SelectorError) -> [ReadyKey<Data>] {
    var ready: [ReadyKey<Data>] = []
    try select(timeout: timeout, into: &ready)
    return ready
  }

  /// Watches a registered descriptor for something else, and keeps its data.
  ///
  /// - Throws: As ``modify(_:for:data:)``.
  @inlinable
  @discardableResult
  public mutating func modify(
    _ descriptor: CInt, for events: Events
  ) throws(SelectorError) -> SelectorKey<Data> {
    guard let key = self[descriptor] else { throw .notRegistered(descriptor) }
    return try modify(descriptor, for: events, data: key.data)
  }
}

extension Selector where Self: ~Copyable, Data == Void {
  /// Begins to watch a descriptor, with no data.
  ///
  /// - Throws: As ``register(_:for:data:)``.
  @inlinable
  @discardableResult
  public mutating func register(
    _ descriptor: CInt, for events: Events
  ) throws(SelectorError) -> SelectorKey<Void> {
    try register(descriptor, for: events, data: ())
  }
}
