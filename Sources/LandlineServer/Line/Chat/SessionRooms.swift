import LandlineProtocol
import LandlineServices
import LandlineTransport
import NIOCore
import Synchronization

/// The rooms that one connection is in.
final class SessionRooms: Sendable {
  /// A stay in a room. One that was left and the next one in the same room are not the same.
  struct Place: Hashable, Sendable {
    let room: RoomName
    fileprivate let number: UInt64
  }

  private struct Room {
    var place: Place
    var audience: RoomAudience
    /// By what name the account is counted there; nil until it is.
    var account: String?
    /// Looks whether it may still be there.
    var watch: LivePrincipal.Watch?
  }

  private let line: LineChannel
  private let services: Services
  private let rooms = Mutex<[RoomName: Room]>([:])
  private let places = Atomic<UInt64>(0)

  init(line: LineChannel, services: Services) {
    self.line = line
    self.services = services
  }

  /// Takes a place in a room.
  /// - Returns: the place, who listens there, and whether the connection was in it already.
  /// - Throws: `too-many`.
  func open(_ room: RoomName) throws -> (place: Place, audience: RoomAudience, isThere: Bool) {
    try rooms.withLock { rooms in
      if let known = rooms[room] { return (known.place, known.audience, true) }
      guard rooms.count < ChatLimits.roomsOfConnection else {
        throw LineError(
          .tooMany, "a connection is in \(ChatLimits.roomsOfConnection) rooms at most; leave one of them")
      }
      let audience = try services.listeners.open(room)
      let place = Place(room: room, number: places.add(1, ordering: .relaxed).newValue)
      rooms[room] = Room(place: place, audience: audience)
      return (place, audience, false)
    }
  }

  /// Whether the connection has not left it.
  func isIn(_ place: Place) -> Bool { rooms.withLock { $0[place.room]?.place == place } }

  /// Notes that the account is counted as being in the room.
  /// - Returns: false when the connection has left it meanwhile, though it may have come again.
  func entered(_ place: Place, as account: String) -> Bool {
    rooms.withLock { rooms in
      guard rooms[place.room]?.place == place else { return false }
      rooms[place.room]?.account = account
      return true
    }
  }

  /// Has the connection leave the room when it may not be there any more.
  func watch(_ place: Place, of principal: LivePrincipal) {
    let watch = principal.watch { [weak self] principal in
      if !principal.mayBe(in: place.room) { self?.remove(from: place) }
    }
    // It goes with the place; when that is left already, at once.
    rooms.withLock { rooms in
      if rooms[place.room]?.place == place { rooms[place.room]?.watch = watch }
    }
  }

  private func remove(from place: Place) {
    guard leave(place) else { return }
    let room = place.room
    let error = LineError(.forbidden, "a change of roles has ended this account's being in '\(room)'")
    let reply = Reply.outOfRoom(RemovedPush(room: room.description, error))
    if let head = try? AnswerSender.encode(nil, reply) { line.sendNow(head: head) }
  }

  func leave(_ room: RoomName) {
    if let left = rooms.withLock({ $0.removeValue(forKey: room) }) { end(room, left) }
  }

  /// - Returns: whether it had not been left.
  @discardableResult
  func leave(_ place: Place) -> Bool {
    let left = rooms.withLock { rooms in
      rooms[place.room]?.place == place ? rooms.removeValue(forKey: place.room) : nil
    }
    guard let left else { return false }
    end(place.room, left)
    return true
  }

  /// The connection is over.
  func leaveAll() {
    let all = rooms.withLock { rooms in
      defer { rooms = [:] }
      return rooms
    }
    for (room, left) in all { end(room, left) }
  }

  private func end(_ room: RoomName, _ left: Room) {
    left.watch?.end()
    line.channel.eventLoop.execute { [line] in left.audience.forget(line) }
    services.listeners.close(room)
    if let account = left.account { services.chat.leave(room, account: account) }
  }
}
