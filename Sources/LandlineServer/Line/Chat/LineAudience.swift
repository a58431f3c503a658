import Framing
import LandlineProtocol
import LandlineServices
import Synchronization

/// Everybody who listens to rooms over the line protocol.
///
/// ```
/// what was stored ──encoded once──► a room ──► a batch for each event loop ──► the same bytes to each connection there
/// ```
final class LineAudience: ChatAudience {
  /// How many bytes may wait for the event loops, before what is said waits.
  private static let mostWaiting = 4_194_304

  private struct Room {
    var audience: RoomAudience
    /// Connections that are in it.
    var connections = 0
  }

  private let budget = ByteBudget(limit: mostWaiting)
  private let rooms = Mutex<[RoomName: Room]>([:])

  func publish(_ events: [ChatEvent], in room: RoomName) {
    guard let audience = rooms.withLock({ $0[room]?.audience }) else { return }
    for batch in EventBatch.batches(of: events) { audience.publish(batch) }
  }

  func waitForRoom() async { await budget.waitForRoom() }

  /// The listeners of a room, for a connection that is to be one of them.
  func open(_ room: RoomName) throws -> RoomAudience {
    var behind: [UInt8] = []
    try MessageEncoder.encode(
      head: Answer(id: nil, .behind(BehindPush(room: room.description))).head, into: &behind)
    return rooms.withLock { rooms in
      let audience = rooms[room]?.audience ?? RoomAudience(budget: budget, behind: behind)
      rooms[room, default: Room(audience: audience)].connections += 1
      return audience
    }
  }

  /// To be called once for each `open`.
  func close(_ room: RoomName) {
    rooms.withLock { rooms in
      guard let connections = rooms[room]?.connections else { return }
      if connections > 1 { rooms[room]?.connections = connections - 1 } else { rooms[room] = nil }
    }
  }
}
