import NIOCore
import NIOPosix

/// Ends a connection on which a request is open and the server neither says nor takes anything.
///
/// It counts quiet ticks and not the clock, so that a client that was itself stopped for a while (SIGSTOP, a
/// laptop asleep) does not blame the server. A server that is stopped for less than the limit just goes on.
enum Watchdog {
  static let tick = TimeAmount.seconds(5)
  static let quietTicks = 18

  /// - Returns: what to cancel when the connection is over.
  static func start(_ connection: Connection, on channel: any Channel) -> RepeatedTask {
    let memory = NIOLoopBoundBox.makeBoxSendingValue(Memory(), eventLoop: channel.eventLoop)
    return channel.eventLoop.scheduleRepeatedAsyncTask(initialDelay: tick, delay: tick) { _ in
      acknowledgedBytes(channel).map { acknowledged in
        if memory.value.isQuiet(connection.activityWhileOpen, acknowledged) {
          connection.end(
            with: .lost("the server said and took nothing for 90 seconds"))
        }
      }
    }
  }

  private struct Memory {
    var activity: Int?
    var acknowledged: UInt64?
    var quiet = 0

    mutating func isQuiet(_ newActivity: Int?, _ newAcknowledged: UInt64?) -> Bool {
      let moved = newActivity != activity || newAcknowledged != acknowledged
      quiet = moved || newActivity == nil ? 0 : quiet + 1
      activity = newActivity
      acknowledged = newAcknowledged
      return quiet >= Watchdog.quietTicks
    }
  }

  /// `tcpi_bytes_acked` (Linux 4.1, `man 7 tcp`): what the peer's kernel has taken. On a slow line megabytes can
  /// wait in this kernel's buffer while no call of ours returns; this number still grows then.
  private static func acknowledgedBytes(_ channel: any Channel) -> EventLoopFuture<UInt64?> {
    guard let provider = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeSucceededFuture(nil)
    }
    // glibc's struct tcp_info ends before that member, which is the 8 bytes at offset 120.
    let future: EventLoopFuture<InlineArray<32, UInt64>> = provider.unsafeGetSocketOption(
      level: .init(rawValue: 6), name: .init(rawValue: 11))
    return future.map { $0[15] }.recover { _ in nil }
  }
}
