/// How epoll reports a descriptor; nothing set: as long as it is ready, at every wait
/// (level-triggered, as `poll` and `select` do). (Python: `select.EPOLLET` and so on.)
public struct EpollMode: OptionSet, Hashable, Sendable {
  public let rawValue: Int32

  @inlinable
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Only when it becomes ready anew: read or write until the call would block before you wait again,
  /// or nothing more is reported (`EPOLLET`).
  @inlinable
  public static var edgeTriggered: EpollMode { EpollMode(rawValue: 1) }

  /// Once; the next report comes after ``EpollSelector/rearm(_:)`` or `modify` (`EPOLLONESHOT`).
  @inlinable
  public static var oneShot: EpollMode { EpollMode(rawValue: 2) }

  /// Of several selectors that watch the same file, the kernel wakes one or a few, not all: for a
  /// listener that several threads or processes share (`EPOLLEXCLUSIVE`). Not together with
  /// ``oneShot`` nor with ``Events/priority``.
  @inlinable
  public static var exclusive: EpollMode { EpollMode(rawValue: 4) }

  /// Of one shot, and it was fired: what the kernel would forget if its set were made anew.
  @inlinable
  static var disarmed: EpollMode { EpollMode(rawValue: 8) }
}
