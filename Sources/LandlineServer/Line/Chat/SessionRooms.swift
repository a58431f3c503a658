import LandlineProtocol
import LandlineServices
import LandlineTransport
import NIOCore
import Synchronization

/// The rooms that one connection is in.
final class SessionRooms: Sendable {
  private struct Room {
    var audience: RoomAudience
    /// By what name the account is counted there; nil until it is.
    var account: String?
    /// Looks whether it may still be there.
    var watch: LivePrincipal.Watch?
  }

  private let line: LineChannel
  private let services: Services
  private let rooms = Mutex<[RoomName: Room]>([:])

  init(line: LineChannel, services: Services) {
    self.line = line
    self.services = services
  }

  /// Takes a place in a room.
  /// - Returns: who listens there, and whether the connection was in it already.
  /// - Throws: `too-many`.
  func open(_ room: RoomName) throws -> (audience: RoomAudience, isThere: Bool) {
    try rooms.withLock { rooms in
      if let known = rooms[room] { return (known.audience, true) }
      guard rooms.count < ChatLimits.roomsOfConnection else {
        throw LineError(
          .tooMany, "a connection is in \(ChatLimits.roomsOfConnection) rooms at most; leave one of them")
      }
      let audience = try services.listeners.open(room)
      rooms[room] = Room(audience: audience)
      return (audience, false)
    }
  }

  func isIn(_ room: RoomName) -> Bool { rooms.withLock { $0[room] != nil } }

  /// Notes that the account is counted as being in the room.
  /// - Returns: false when the connection has left it meanwhile.
  func entered(_ room: RoomName, as account: String) -> Bool {
    rooms.withLock { rooms in
      rooms[room]?.account = account
      return rooms[room] != nil
    }
  }

  /// Has the connection leave the room when it may not be there any more.
  func watch(_ room: RoomName, of principal: LivePrincipal) {
    let watch = principal.watch { [weak self] principal in
      if !principal.mayBe(in: room) { self?.remove(from: room) }
    }
    // It goes with the room; when that is left already, at once.
    rooms.withLock { $0[room]?.watch = watch }
  }

  private func remove(from room: RoomName) {
    guard leave(room) else { return }
    let error = LineError(.forbidden, "a change of roles has ended this account's being in '\(room)'")
    let reply = Reply.outOfRoom(RemovedPush(room: room.description, error))
    if let head = try? AnswerSender.encode(nil, reply) { line.sendNow(head: head) }
  }

  /// - Returns: whether it was in it.
  @discardableResult
  func leave(_ room: RoomName) -> Bool {
    guard let left = rooms.withLock({ $0.removeValue(forKey: room) }) else { return false }
    end(room, left)
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
