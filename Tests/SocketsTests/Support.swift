import Addresses
import CSockets
import Glibc
import Sockets
import Synchronization
import Testing

/// A place where a test's server can listen: each of them, so that every test says what it says of all.
enum Place: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case ipv4, ipv6, unix, abstractUnix

  var testDescription: String { rawValue }

  /// A free address; of a Unix path the file is not there yet.
  func address() -> SocketAddress {
    switch self {
    case .ipv4: .ipv4(.loopback, port: 0)
    case .ipv6: .ipv6(.loopback, port: 0)
    case .unix: .unix(path: temporaryPath())
    case .abstractUnix: .abstractUnix(name: "landline-test-\(getpid())-\(Serial.next())")
    }
  }

  /// Python's expression for the family.
  var family: String {
    switch self {
    case .ipv4: "socket.AF_INET"
    case .ipv6: "socket.AF_INET6"
    case .unix, .abstractUnix: "socket.AF_UNIX"
    }
  }
}

extension SocketAddress {
  /// Python's expression for the address.
  var python: String {
    switch self {
    case .ipv4(let address, let port): "('\(address)', \(port))"
    case .ipv6(let address, let port, let flow, let scope): "('\(address)', \(port), \(flow), \(scope))"
    case .unix(let path): "bytes.fromhex('\(path.hex)')"
    case .abstractUnix(let name): "bytes.fromhex('00\(name.hex)')"
    case .unnamed, .other: "''"
    }
  }
}

/// A path in the temporary directory that no other call gives.
func temporaryPath() -> String { "/tmp/landline-sockets-\(getpid())-\(Serial.next())" }

/// A number that no other call gives.
enum Serial {
  private static let counter = Mutex(0)
  static func next() -> Int {
    counter.withLock {
      $0 += 1
      return $0
    }
  }
}

extension Sequence<UInt8> {
  var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  var text: String { String(decoding: Array(self), as: UTF8.self) }
}

extension [UInt8] {
  /// Bytes that look like nothing, the same every time.
  static func pattern(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }
}

extension Socket {
  /// Receives to the stream's end.
  borrowing func receiveAll() throws(SocketError) -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let bytes = try receive(upTo: 65_536)
      if bytes.isEmpty { return all }
      all += bytes
    }
  }

  /// Receives so many bytes, or to the stream's end.
  borrowing func receive(exactly count: Int) throws(SocketError) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      let bytes = try receive(upTo: count - all.count)
      if bytes.isEmpty { break }
      all += bytes
    }
    return all
  }
}

/// Runs a body on a thread of its own, and hands its result over in ``wait()``.
final class Background<Value: Sendable>: @unchecked Sendable {
  // Sendable: `result` is written by the thread before it ends, and read after it was joined.
  private var result: Result<Value, any Error>?
  private let body: @Sendable () throws -> Value
  private(set) var thread = pthread_t()

  init(_ body: @escaping @Sendable () throws -> Value) throws {
    self.body = body
    let pointer = Unmanaged.passRetained(self).toOpaque()
    let failure = pthread_create(&thread, nil, backgroundMain, pointer)
    try #require(failure == 0)
  }

  private let finished = Atomic(false)

  /// Whether the body has returned.
  var isFinished: Bool { finished.load(ordering: .acquiring) }

  func run() {
    result = Result { try body() }
    finished.store(true, ordering: .releasing)
  }

  func wait() throws -> Value {
    pthread_join(thread, nil)
    return try #require(result).get()
  }
}

private protocol Runnable: AnyObject { func run() }
extension Background: Runnable {}

private func backgroundMain(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let pointer else { return nil }
  // The threads of Swift's pool have all signals blocked, and theirs begin like them.
  var none = sigset_t()
  sigemptyset(&none)
  pthread_sigmask(SIG_SETMASK, &none, nil)
  // Balances passRetained above.
  (Unmanaged<AnyObject>.fromOpaque(pointer).takeRetainedValue() as? any Runnable)?.run()
  return nil
}

/// A socket that a test's threads share.
final class Shared: Sendable {
  let socket: Socket
  init(_ socket: consuming Socket) { self.socket = socket }
}

/// How long something took.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let duration = try clock.measure(body)
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

/// Calls, and returns the error that is thrown.
func failure<Value: ~Copyable>(
  _ location: SourceLocation = #_sourceLocation, of body: () throws -> Value
) throws -> SocketError {
  do {
    _ = try body()
  } catch let error as SocketError {
    return error
  }
  return try #require(nil as SocketError?, "nothing was thrown", sourceLocation: location)
}

/// As `#require`, which takes only what can be copied.
func unwrap<Value: ~Copyable>(
  _ value: consuming Value?, _ location: SourceLocation = #_sourceLocation
) throws -> Value {
  switch consume value {
  case .some(let value): return value
  case .none:
    try #require(Bool(false), "nothing is there", sourceLocation: location)
    fatalError("#require throws")
  }
}

/// A pipe; its ends are closed with it.
final class Pipe {
  let reader: CInt
  private(set) var writer: CInt

  init() throws {
    var ends: [CInt] = [-1, -1]
    try #require(csockets_pipe2(&ends, O_CLOEXEC) == 0)
    (reader, writer) = (ends[0], ends[1])
  }

  func closeWriter() {
    close(writer)
    writer = -1
  }

  deinit {
    close(reader)
    if writer >= 0 { close(writer) }
  }
}

/// An open file without a name, with a content and its position at the beginning.
final class TemporaryFile {
  let descriptor: CInt

  init(_ content: [UInt8]) throws {
    let path = temporaryPath()
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    unlink(path)
    try #require(write(descriptor, content, content.count) == content.count)
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit { close(descriptor) }

  /// What a file that somebody else wrote has in it; the file goes.
  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    unlink(path)
    let size = Int(lseek(descriptor, 0, SEEK_END))
    return [UInt8](unsafeUninitializedCapacity: size) { room, count in
      count = pread(descriptor, room.baseAddress, size, 0)
    }
  }

  var position: Int { lseek(descriptor, 0, SEEK_CUR) }
}
