import LandlineProtocol
import Synchronization

/// Who is in which room, with how many connections.
final class ChatMembers: Sendable {
  private let rooms = Mutex<[RoomName: [String: Int]]>([:])

  /// - Parameter first: called within the lock when it is the account's first connection there, so that comings and
  ///   goings are told in their order.
  /// - Returns: how many accounts are there now.
  func enter(_ room: RoomName, _ account: String, first: () -> Void) -> Int {
    rooms.withLock { rooms in
      let connections = rooms[room, default: [:]][account, default: 0] + 1
      rooms[room, default: [:]][account] = connections
      if connections == 1 { first() }
      return rooms[room]?.count ?? 0
    }
  }

  /// - Parameter last: called within the lock when it was the account's last connection there.
  func leave(_ room: RoomName, _ account: String, last: () -> Void) {
    rooms.withLock { rooms in
      guard let connections = rooms[room]?[account] else { return }
      guard connections == 1 else {
        rooms[room]?[account] = connections - 1
        return
      }
      rooms[room]?[account] = nil
      if rooms[room]?.isEmpty == true { rooms[room] = nil }
      last()
    }
  }

  func count(in room: RoomName) -> Int { rooms.withLock { $0[room]?.count ?? 0 } }

  /// In the order of their names.
  func list(of room: RoomName) -> [RoomMember] {
    rooms.withLock { $0[room] ?? [:] }
      .map { RoomMember(account: $0.key, connections: $0.value) }
      .sorted { Array($0.account.utf8).lexicographicallyPrecedes(Array($1.account.utf8)) }
  }
}
