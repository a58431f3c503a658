import Glibc
import SocketServer
import Sockets
import Testing

/// A server that serves in a thread of its own, until the end of a scope.
///
/// - Parameter body: Runs meanwhile; then the server is shut down and closed.
func serving<Server: BaseServer>(
  _ server: Server, pollInterval: Duration = .seconds(30), _ body: (Server) throws -> Void
) throws {
  let thread = startThread {
    do { try server.serveForever(pollInterval: pollInterval) } catch { Issue.record(error) }
  }
  defer {
    server.shutdown()
    pthread_join(thread, nil)
    server.serverClose()
  }
  try body(server)
}

/// Starts a thread; the caller joins it.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  let box = Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let result = pthread_create(
    &thread, nil,
    { argument in
      Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  precondition(result == 0, "no thread: \(result)")
  return thread
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

/// A client that gives up after half a minute.
func connect(_ server: some BaseServer) throws -> Socket {
  let socket = try Socket(server.address.family)
  try socket.setTimeout(.seconds(30))
  try socket.connect(to: server.address)
  return socket
}

extension Socket {
  /// All that comes until so many bytes are there or the peer sends its end.
  func receiveAll(_ count: Int) throws -> String {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let more = try receive(upTo: count - bytes.count)
      if more.isEmpty { break }
      bytes += more
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A path for a Unix socket that nobody else uses.
func temporaryPath() -> String {
  "/tmp/socketserver-\(getpid())-\(UInt32.random(in: 0 ... .max))"
}

/// What several threads write down.
final class Log: Sendable {
  private let entries = Locked<[String]>([])

  func append(_ entry: String) { entries.update { $0.append(entry) } }
  var all: [String] { entries.read { $0 } }

  /// Waits until there are so many.
  func wait(for count: Int, _ location: SourceLocation = #_sourceLocation) {
    let isThere = entries.wait { $0.count >= count }
    #expect(isThere, "\(all)", sourceLocation: location)
  }
}

/// A value that threads share and wait for.
final class Locked<Value: Sendable>: @unchecked Sendable {
  // Sendable: the value is touched under the lock only.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var value: Value

  init(_ value: Value) {
    self.value = value
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func update(_ body: (inout Value) -> Void) {
    pthread_mutex_lock(mutex)
    body(&value)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  func read<Result>(_ body: (Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(value)
  }

  /// Waits, at most half a minute, until the value is as wished; returns whether it is.
  func wait(until isReached: (Value) -> Bool) -> Bool {
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    deadline.tv_sec += 30
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isReached(value) {
      if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return isReached(value) }
    }
    return true
  }
}
