import Glibc
import Testing

/// Two connected stream sockets that close with their scope.
///
/// Their numbers come from a range of this suite's own. Tests run side by side in one process, and the
/// kernel gives a number that was closed to whoever opens next: a test that closes a registered
/// descriptor must not meet another test's file under its number, nor close it.
struct Pair: ~Copyable {
  private(set) var reader: CInt
  private(set) var writer: CInt

  /// - Parameter number: The lowest number to use. Below 1024 for `select`.
  init(from number: CInt = 700) throws {
    let ends = Pair.make(from: number)
    reader = ends[0]
    writer = ends[1]
    if reader < number || writer < number { throw Failure() }
  }

  private struct Failure: Error {}

  private static func make(from number: CInt) -> [CInt] {
    var ends: [CInt] = [-1, -1]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0, &ends) == 0 else {
      return ends
    }
    return ends.map { end in
      defer { Glibc.close(end) }
      return fcntl(end, F_DUPFD_CLOEXEC, number)
    }
  }

  deinit {
    if reader >= 0 { Glibc.close(reader) }
    if writer >= 0 { Glibc.close(writer) }
  }

  mutating func closeReader() {
    Glibc.close(reader)
    reader = -1
  }

  mutating func closeWriter() {
    Glibc.close(writer)
    writer = -1
  }

  mutating func closeBoth() {
    closeReader()
    closeWriter()
  }

  /// Leaves both to the caller, who closes them.
  mutating func release() {
    reader = -1
    writer = -1
  }

  func send(_ text: String = "x") { Pair.send(text, to: writer) }

  static func send(_ text: String, to descriptor: CInt) {
    let bytes = Array(text.utf8)
    let sent = Glibc.write(descriptor, bytes, bytes.count)
    #expect(sent == bytes.count)
  }

  /// Sends until there is no more room.
  func fill() {
    let bytes = [UInt8](repeating: 7, count: 65_536)
    while Glibc.write(writer, bytes, bytes.count) > 0 {}
    #expect(errno == EAGAIN)
  }

  func receive() -> String? { Pair.receive(from: reader) }

  /// What has arrived; nil if nothing has.
  static func receive(from descriptor: CInt) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { bytes in
      let count = Glibc.read(descriptor, bytes.baseAddress, bytes.count)
      return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
  }
}

/// How long it takes.
func measure(_ body: () throws -> Void) rethrows -> Duration {
  let clock = ContinuousClock()
  let start = clock.now
  try body()
  return start.duration(to: clock.now)
}
