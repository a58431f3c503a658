public import LandlineProtocol
import LandlineTransport
import NIOCore

/// A client of one server. It keeps no connection; each call makes one and ends it.
///
/// ```swift
/// let server = try ServerBook().find("office")
/// let client = LandlineClient(server)
/// let names = try await client.withConnection { connection in
///   try await connection.list("docs").entries.compactMap(\.name)
/// }
/// ```
public struct LandlineClient: Sendable {
  public var endpoint: Endpoint
  public var credentials: Credentials

  /// How long connecting, proving the server and logging in may take together.
  static let connectTime = TimeAmount.seconds(10)

  public init(endpoint: Endpoint, credentials: Credentials) {
    self.endpoint = endpoint
    self.credentials = credentials
  }

  /// A client for a joined server.
  public init(_ server: ServerRecord) {
    self.init(endpoint: server.endpoint, credentials: server.credentials)
  }

  /// Connects, proves the server, logs in, and runs `body`; the connection ends with it.
  /// - Throws: `notTrusted`, `cannotConnect`, `refused` (`unauthenticated` for a login), and what `body` throws.
  public func withConnection<Value>(
    _ body: (Connection) async throws -> Value
  ) async throws -> Value {
    try await withConnection(within: Self.connectTime, .usual, body)
  }

  func withConnection<Value>(
    within time: TimeAmount, _ window: ReceiveWindow, _ body: (Connection) async throws -> Value
  ) async throws -> Value {
    let deadline = NIODeadline.now() + time
    let fresh = try await Connector(endpoint: endpoint, window: window).connect(until: deadline)
    let place = endpoint.place
    let welcome = try await Deadline.run(until: deadline, on: fresh.line, place: place) {
      var handshake = Handshake(fresh, place: place)
      try await handshake.hello()
      return try await handshake.login(credentials, to: endpoint)
    }
    // Ids 0 and 1 were those of hello and login.
    let connection = Connection(fresh.line, welcome: welcome, nextID: 2, window)
    return try await run(connection, fresh.line, body)
  }

  private func run<Value>(
    _ connection: Connection, _ line: LineChannel, _ body: (Connection) async throws -> Value
  ) async throws -> Value {
    let watchdog = Watchdog.start(connection, on: line.channel)
    defer { watchdog.cancel() }
    let result: Result<Value, any Error> = await withTaskGroup(of: Void.self) { group in
      // On the connection's own loop: sorting messages then costs no change of threads.
      group.addTask(executorPreference: connection.loop) {
        await connection.readAll()
      }
      let result: Result<Value, any Error>
      do {
        result = .success(try await body(connection))
      } catch {
        result = .failure(error)
      }
      group.cancelAll()
      return result
    }
    // Lets a last `cancel` go out, and the server see an orderly end.
    await line.finish(linger: .milliseconds(200))
    return try result.get()
  }

  /// Makes an account with an invite, or repeats that when the answer was lost.
  ///
  /// Save the key before the call: should the answer be lost, the same invite and the same key can ask again.
  /// - Returns: what the server calls us and itself.
  /// - Throws: `refused`: `unauthenticated` for a used, expired or unknown invite; `exists` when the name is
  ///   taken, which leaves the invite unused.
  public static func join(
    _ invite: Invite, account: String, deviceName: String, key: DeviceKey
  ) async throws -> Welcome {
    guard let token = invite.token else {
      throw ClientError(.usage, "that invite has no token behind its fingerprint; ask for it again")
    }
    let endpoint = Endpoint(invite)
    let deadline = NIODeadline.now() + connectTime
    let fresh = try await Connector(endpoint: endpoint).connect(until: deadline)
    let welcome = try await Deadline.run(
      until: deadline, on: fresh.line, place: endpoint.place
    ) {
      var handshake = Handshake(fresh, place: endpoint.place)
      try await handshake.hello()
      return try await handshake.join(
        JoinIntent(token: token, account: account, deviceName: deviceName, key: key))
    }
    await fresh.line.finish(linger: .milliseconds(200))
    return welcome
  }
}
