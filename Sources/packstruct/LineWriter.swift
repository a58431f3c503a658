import Glibc

/// Lines to a descriptor, gathered until there are 64 KiB of them or somebody waits for them.
struct LineWriter {
  private let descriptor: Int32
  private var pending: [UInt8] = []

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  mutating func write(_ line: String) {
    pending += line.utf8
    pending.append(UInt8(ascii: "\n"))
    if pending.count >= 1 << 16 { flush() }
  }

  /// Writes what is pending; ends the program if nobody reads it any more.
  mutating func flush() {
    var start = 0
    while start < pending.count {
      let written = pending[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0, errno != EINTR { exit(1) }
      start += max(0, written)
    }
    pending.removeAll(keepingCapacity: true)
  }
}
