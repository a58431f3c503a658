import NIOCore
import Synchronization

/// Repeats something that needs a connection when there is none or it is lost, for at most 10 seconds each time.
struct Reconnecting: Sendable {
  /// How long after a loss a new connection is tried, and how long one has to last to count as progress.
  static let patience = Duration.seconds(10)

  let client: LandlineClient
  var window = ReceiveWindow.usual
  let onLoss: @Sendable (ClientError) -> Void

  /// What the peer is known to have, in any unit that grows: each growth renews the patience.
  final class Progress: Sendable {
    private let value = Mutex<Int64>(0)

    func advance(by amount: Int64) {
      value.withLock { $0 += max(amount, 0) }
    }

    var now: Int64 { value.withLock { $0 } }
  }

  /// Runs `attempt` on one connection after the other until it returns, or throws something that is not a loss.
  ///
  /// A server that is not there at the beginning gets the same 10 seconds: it may be starting again.
  func run<Value>(
    _ progress: Progress, _ attempt: (Connection) async throws -> Value
  ) async throws -> Value {
    var lostAt: ContinuousClock.Instant?
    var pause = Duration.milliseconds(100)
    var seen = progress.now
    var wasConnected = false
    while true {
      let triedAt = ContinuousClock.now
      var connectedAt: ContinuousClock.Instant?
      do {
        let left = lostAt.map { Self.patience - (.now - $0) } ?? Self.patience
        return try await client.withConnection(within: .seconds(max(1, left.components.seconds)), window) {
          connectedAt = .now
          return try await attempt($0)
        }
      } catch let error as ClientError {
        guard error.isLoss || (error.code == .cannotConnect && error.mayPass) else { throw error }
        wasConnected = wasConnected || connectedAt != nil
        let lasted = connectedAt.map { .now - $0 } ?? .zero
        if lostAt == nil || progress.now > seen || lasted >= Self.patience {
          // Waiting in vain for the first connection counts as well.
          lostAt = connectedAt == nil ? triedAt : .now
          seen = progress.now
          pause = .milliseconds(100)
          onLoss(error)
        }
        if let lostAt, .now - lostAt + pause >= Self.patience { throw givenUp(error, wasConnected) }
        // So that a server that is starting again is not met by a storm.
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .seconds(1))
      }
    }
  }

  private func givenUp(_ error: ClientError, _ wasConnected: Bool) -> ClientError {
    guard wasConnected else {
      return ClientError(.cannotConnect, "\(error.message); tried for 10 seconds", advice: error.advice)
    }
    return ClientError(
      .cannotConnect,
      "\(client.endpoint.place) was lost and did not come back within 10 seconds (\(error.message))",
      advice: "Repeat the command, which continues where this stopped")
  }
}
