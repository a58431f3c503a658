internal import Glibc

/// What a loop knows of its sockets and timers. Any thread adds to it and takes from it, under the loop's lock.
///
/// It owns no socket. A socket leaves the table, under the lock, before its memory goes; and whoever finds it there
/// uses it under the lock only. So a report that the kernel made before a socket was removed finds nothing, or finds
/// the number's next owner with another generation, and never memory that has been freed.
struct Registry {
  struct Entry {
    let socket: Unmanaged<AsyncSocket>
    let generation: UInt32
  }

  /// By descriptor number: the kernel gives out the lowest free one.
  private var table: [Entry?] = []
  private var lastGeneration: UInt32 = 0

  var timers = TimerHeap()

  /// The loop runs no more; nothing is added.
  var hasEnded = false

  /// The token tells registrations of the same number apart.
  static func token(_ descriptor: CInt, _ generation: UInt32) -> UInt64 {
    UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
  }

  /// Adds a socket; the number is no other socket's, since this one owns it.
  mutating func insert(_ socket: AsyncSocket, _ descriptor: CInt) -> UInt32 {
    let index = Int(descriptor)
    if index >= table.count { table.append(contentsOf: repeatElement(nil, count: index + 1 - table.count)) }
    lastGeneration &+= 1
    // 0 is no registration's, and the last number together with descriptor -1 would be the waker's token.
    if lastGeneration == 0 || lastGeneration == .max { lastGeneration = 1 }
    table[index] = Entry(socket: .passUnretained(socket), generation: lastGeneration)
    return lastGeneration
  }

  mutating func remove(_ descriptor: CInt, _ generation: UInt32) {
    let index = Int(descriptor)
    guard index < table.count, let entry = table[index], entry.generation == generation else { return }
    table[index] = nil
  }

  @inline(__always)
  func socket(of token: UInt64) -> Unmanaged<AsyncSocket>? {
    let index = Int(UInt32(truncatingIfNeeded: token))
    guard index < table.count, let entry = table[index],
      entry.generation == UInt32(truncatingIfNeeded: token >> 32)
    else { return nil }
    return entry.socket
  }

  func forEachSocket(_ body: (AsyncSocket) -> Void) {
    for entry in table { entry?.socket._withUnsafeGuaranteedRef(body) }
  }
}
