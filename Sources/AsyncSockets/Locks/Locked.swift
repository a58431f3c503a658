/// A value and its lock, to be shared. For what there is once; a socket's lock lies in the socket.
final class Locked<Value>: @unchecked Sendable {
  // Sendable: the value is touched with the lock only, and what leaves the critical section is the caller's to answer for,
  // as are values that are not Sendable themselves: continuations and timers, each with a proof where it is declared.
  private let lock = Lock()
  @exclusivity(unchecked) private var value: Value

  init(_ value: consuming Value) { self.value = value }

  @inline(__always)
  func withLock<Result, Failure>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
