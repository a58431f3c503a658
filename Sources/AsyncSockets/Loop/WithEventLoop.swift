internal import Sockets

/// Runs code on an event loop of its own, and ends the loop with it. (Python: `asyncio.run()`.)
///
/// ```swift
/// try await withEventLoop { loop in
///   let connection = try await AsyncSocket.connect(to: "example.org", port: 80, on: loop)
///   …
/// }
/// ```
///
/// The code and its child tasks run in the loop's thread. Sockets that are still open when it returns are woken with
/// ``SocketError/Code/closed``.
///
/// - Parameters:
///   - bufferSize: The most bytes that one ``AsyncSocket/receive(timeout:)`` brings.
///   - body: What to run; it gets the loop.
/// - Throws: What `body` throws; ``SocketError/isTooManyOpenFiles`` when there is no descriptor for the loop.
public func withEventLoop<Result>(
  bufferSize: Int = 65_536, _ body: @Sendable (EventLoop) async throws -> sending Result
) async throws -> Result {
  let loop = try EventLoop(bufferSize: bufferSize)
  loop.start()
  let result: Swift.Result<Result, any Error>
  do {
    result = .success(
      try await withTaskExecutorPreference(loop) {
        // The code takes its caller's executor, and would begin in the caller's thread: to be continued is to be
        // continued here.
        await Task.yield()
        return try await body(loop)
      })
  } catch {
    result = .failure(error)
  }
  await loop.stop()
  return try result.get()
}

/// Runs code on several event loops side by side, each with a thread of its own, and ends them with it.
///
/// - Parameters:
///   - count: How many; as many as there are processors, at most.
///   - bufferSize: As for ``withEventLoop(bufferSize:_:)``.
///   - body: What to run, on the first of them.
public func withEventLoops<Result>(
  _ count: Int, bufferSize: Int = 65_536, _ body: @Sendable ([EventLoop]) async throws -> sending Result
) async throws -> Result {
  precondition(count > 0, "\(count) event loops")
  var loops: [EventLoop] = []
  let result: Swift.Result<Result, any Error>
  do {
    for _ in 0..<count {
      let loop = try EventLoop(bufferSize: bufferSize)
      loop.start()
      loops.append(loop)
    }
    let all = loops
    result = .success(
      try await withTaskExecutorPreference(all[0]) {
        await Task.yield()
        return try await body(all)
      })
  } catch {
    result = .failure(error)
  }
  for loop in loops { await loop.stop() }
  return try result.get()
}
