import Glibc

/// The one owner of a file descriptor: it cannot be copied, and closes what it owns when it ends.
struct Descriptor: ~Copyable, Sendable {
  /// The number the kernel knows it by; -1 once closed. Good only while its owner lives.
  private(set) var raw: Int32

  /// Becomes the owner of `raw`, which nobody else may close from now on.
  init(owning raw: Int32) {
    self.raw = raw
  }

  /// Closes it before its owner ends.
  mutating func close() {
    guard raw >= 0 else { return }
    // Never again after EINTR: Linux has freed the number by then (man 2 close), and another
    // thread may already have it for something else.
    _ = Glibc.close(raw)
    raw = -1
  }

  /// Gives the number away, to a new owner that will close it.
  consuming func release() -> Int32 {
    let released = raw
    raw = -1
    return released
  }

  deinit {
    if raw >= 0 { _ = Glibc.close(raw) }
  }
}
