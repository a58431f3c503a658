import LandlineProtocol
public import LandlineServer
public import Logging
import ServiceLifecycle

/// Runs a real server in this process while `body` runs: on a free port of the loopback, with a temporary data folder.
/// Afterwards nothing is left of it. Any number of them may run side by side.
///
/// ```swift
/// @Test func whatIsPutCanBeFetched() async throws {
///   try await withServer { server in
///     let ada = try await server.join(name: "ada")
///     let bert = try await server.join(name: "bert", role: "guest")
///     try await ada.withConnection { try await $0.makeFolder("docs") }
///     let entries = try await bert.withConnection { try await $0.list("").entries }
///     #expect(entries.map(\.name) == ["docs"])
///   }
/// }
/// ```
/// - Parameters:
///   - configure: changes the server's settings; data folder and address are chosen already.
///   - logger: takes what the server says; nil: nobody.
///   - body: gets the running server.
/// - Throws: what keeps the server from starting, and what `body` throws.
public func withServer<Value: Sendable>(
  configure: (inout ServerSettings) -> Void = { _ in }, logger: Logger? = nil,
  _ body: (TestServer) async throws -> Value
) async throws -> Value {
  let folder = try TemporaryFolder()
  defer { folder.remove() }
  var settings = ServerSettings()
  settings.data = folder.path + "/data"
  settings.listenHost = "127.0.0.1"
  settings.listenPort = 0
  configure(&settings)

  let (events, continuation) = AsyncThrowingStream.makeStream(of: LandlineServer.Started.self)
  let service = LandlineServer(
    settings: settings, logger: logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    onStart: { continuation.yield($0) })
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      do {
        try await service.run()
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    // Also when `body` fails: the group waits for the server, and the folder outlives it.
    defer { group.cancelAll() }
    var started = events.makeAsyncIterator()
    guard let first = try await started.next() else { throw ServerError("the server ended before it listened") }
    return try await body(TestServer(first, data: settings.data))
  }
}
