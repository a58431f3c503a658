internal import Addresses
internal import Glibc
internal import Sockets
internal import SystemPackage

/// A name that is being looked up in a thread of its own: `getaddrinfo` cannot be interrupted, and no event loop may wait
/// for it. Who waits can give up at any time; the thread then ends by itself.
final class NameLookup: Sendable {
  typealias Addresses = [ResolvedAddress]

  struct State {
    var waiter: UnsafeContinuation<Result<Addresses, SocketError>, Never>?
    var result: Result<Addresses, SocketError>?
  }

  let host: String?
  let port: Port
  private let flags: Resolver.Flags
  private let state = Locked(State())

  /// How many threads there may be; more lookups wait in a line.
  private static let maximumThreads = 16
  /// How many lookups may wait. A program that has more has lost its name server, and hears so at once.
  private static let maximumQueue = 4096

  struct Line {
    var threads = 0
    var queue: [NameLookup] = []
  }
  private static let line = Locked(Line())

  private init(_ host: String?, _ port: Port, _ flags: Resolver.Flags) {
    self.host = host
    self.port = port
    self.flags = flags
  }

  /// Looks a name up.
  ///
  /// - Parameter deadline: When to give up, on the monotonic clock.
  static func addresses(
    of host: String?, port: Port, flags: Resolver.Flags = [], on loop: EventLoop, until deadline: Int64
  ) async throws(SocketError) -> Addresses {
    // A number is no name: nothing is waited for.
    if let numeric = try? Resolver.addresses(of: host, port: port, flags: flags.union(.numericHost)) { return numeric }
    let lookup = NameLookup(host, port, flags)
    try lookup.start()
    let timer = deadline == MonotonicTime.never ? nil : CallTimer { lookup.finish(.failure(lookup.late)) }
    if let timer { loop.schedule(timer, at: deadline) }
    defer { if let timer { loop.cancel(timer) } }
    return try await lookup.value()
  }

  private var late: SocketError { SocketError(deadlineOf: "getaddrinfo") }

  private func value() async throws(SocketError) -> Addresses {
    let result = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Addresses, SocketError>, Never>) in
        let result: Result<Addresses, SocketError>? = state.withLock { state in
          if let result = state.result { return result }
          if Task.isCancelled { return .failure(Wake.cancelled.failure(of: "getaddrinfo")) }
          state.waiter = continuation
          return nil
        }
        if let result { continuation.resume(returning: result) }
      }
    } onCancel: {
      finish(.failure(Wake.cancelled.failure(of: "getaddrinfo")))
    }
    return try result.get()
  }

  /// The first result counts: the answer, the deadline or the cancellation.
  private func finish(_ result: Result<Addresses, SocketError>) {
    let waiter = state.withLock { state in
      if state.result == nil { state.result = result }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: result)
  }

  private var isAwaited: Bool { state.withLock { $0.result == nil } }

  private func start() throws(SocketError) {
    let needsThread: Bool? = Self.line.withLock { line in
      guard line.queue.count < Self.maximumQueue else { return nil }
      line.queue.append(self)
      guard line.threads < Self.maximumThreads else { return false }
      line.threads += 1
      return true
    }
    guard let needsThread else {
      throw SocketError(
        .limitExceeded, call: "getaddrinfo",
        "\(Self.maximumQueue) names are being looked up already; does the name server answer?")
    }
    guard needsThread else { return }
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { _ in
        NameLookup.work()
        return nil
      }, nil)
    guard failure == 0 else {
      // Another thread will come to it; without any, nobody would.
      let isAlone = Self.line.withLock { line in
        line.threads -= 1
        return line.threads == 0
      }
      if isAlone { throw SocketError("pthread_create", Errno(rawValue: failure)) }
      return
    }
    pthread_detach(thread)
  }

  private static func work() {
    while let lookup = next() {
      guard lookup.isAwaited else { continue }
      do throws(SocketError) {
        lookup.finish(.success(try Resolver.addresses(of: lookup.host, port: lookup.port, flags: lookup.flags)))
      } catch {
        lookup.finish(.failure(error))
      }
    }
  }

  private static func next() -> NameLookup? {
    line.withLock { line in
      guard line.queue.isEmpty else { return line.queue.removeFirst() }
      line.threads -= 1
      return nil
    }
  }
}
