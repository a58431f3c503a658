import Selectors

/// A selector of any kind, so that one test speaks of all of them.
protocol AnySelector: AnyObject {
  var count: Int { get }
  var keys: [SelectorKey<String>] { get }
  var waker: Waker { get }
  subscript(descriptor: CInt) -> SelectorKey<String>? { get }
  @discardableResult
  func register(_ descriptor: CInt, for events: Events, data: String) throws(SelectorError) -> SelectorKey<String>
  @discardableResult
  func modify(_ descriptor: CInt, for events: Events, data: String) throws(SelectorError) -> SelectorKey<String>
  @discardableResult
  func modify(_ descriptor: CInt, for events: Events) throws(SelectorError) -> SelectorKey<String>
  @discardableResult
  func unregister(_ descriptor: CInt) throws(SelectorError) -> SelectorKey<String>
  func select(timeout: Duration?) throws(SelectorError) -> [ReadyKey<String>]
}

/// The kinds of selectors.
enum SelectorKind: CaseIterable, CustomStringConvertible {
  case select, poll, epoll

  var description: String {
    switch self {
    case .select: "select"
    case .poll: "poll"
    case .epoll: "epoll"
    }
  }

  func make() throws -> any AnySelector {
    switch self {
    case .select: Boxed(try SelectSelector<String>())
    case .poll: Boxed(try PollSelector<String>())
    case .epoll: Boxed(try EpollSelector<String>())
    }
  }
}

private final class Boxed<Kind: Selector & ~Copyable>: AnySelector where Kind.Data == String {
  private var selector: Kind

  init(_ selector: consuming Kind) { self.selector = selector }

  var count: Int { selector.count }
  var keys: [SelectorKey<String>] { selector.keys }
  var waker: Waker { selector.waker }
  subscript(descriptor: CInt) -> SelectorKey<String>? { selector[descriptor] }

  func register(_ descriptor: CInt, for events: Events, data: String) throws(SelectorError) -> SelectorKey<String> {
    try selector.register(descriptor, for: events, data: data)
  }

  func modify(_ descriptor: CInt, for events: Events, data: String) throws(SelectorError) -> SelectorKey<String> {
    try selector.modify(descriptor, for: events, data: data)
  }

  func modify(_ descriptor: CInt, for events: Events) throws(SelectorError) -> SelectorKey<String> {
    try selector.modify(descriptor, for: events)
  }

  func unregister(_ descriptor: CInt) throws(SelectorError) -> SelectorKey<String> {
    try selector.unregister(descriptor)
  }

  func select(timeout: Duration?) throws(SelectorError) -> [ReadyKey<String>] {
    try selector.select(timeout: timeout)
  }
}
