import LandlineTransport
import NIOCore
import Synchronization

/// A limit on the time that the first steps on a connection may take.
final class Deadline: Sendable {
  private let hasPassed = Atomic(false)

  private init() {}

  /// Runs `body`; closes the connection when it takes longer or the task is cancelled, which ends every wait in it.
  static func run<Value>(
    until end: NIODeadline, on line: LineChannel, place: String, _ body: () async throws -> Value
  ) async throws -> Value {
    let deadline = Deadline()
    let timer = line.channel.eventLoop.scheduleTask(deadline: end) {
      deadline.hasPassed.store(true, ordering: .releasing)
      line.close()
    }
    defer { timer.cancel() }
    do {
      return try await withTaskCancellationHandler {
        try await body()
      } onCancel: {
        line.close()
      }
    } catch {
      line.close()
      guard deadline.hasPassed.load(ordering: .acquiring) else { throw error }
      throw ClientError(
        .cannotConnect,
        "cannot connect to \(place): it took the connection and gave no answer in time")
    }
  }
}
