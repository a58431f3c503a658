import LandlineProtocol
import LandlineServices
import LandlineTransport
import NIOCore

/// The operations on rooms, but for sending, which the reader hands on directly (``LineSession/say(_:_:_:by:)``).
struct ChatHandler: Sendable {
  let session: LineSession
  let live: LivePrincipal
  let principal: Principal
  let answers: RequestAnswers

  private var chat: ChatService { session.services.chat }

  func join(_ fields: RoomRequest) async throws {
    let room = try chat.room(fields.room, for: principal)
    let (place, audience, isThere) = try session.rooms.open(room)
    let record: ChatRoomRecord
    let members: Int
    if isThere {
      (record, members) = try await chat.look(at: room)
    } else {
      do {
        (record, members) = try await chat.enter(room, by: principal)
      } catch {
        session.rooms.leave(place)
        throw error
      }
      guard session.rooms.entered(place, as: principal.account) else {
        chat.leave(room, account: principal.account)
        throw LineError.cancelled
      }
      session.rooms.watch(place, of: live)
    }
    try await session.line.waitForRoom()
    // In one turn of the loop: so whatever is pushed comes behind the answer, and nothing is missing between.
    try await session.line.channel.eventLoop.submit { [session, answers] in
      // Who has left meanwhile is forgotten in a later turn, or was already: then it must not listen.
      let listens = session.rooms.isIn(place)
      let last = listens ? audience.listen(session.line, session.traffic, after: record.last) : record.last
      answers.sendNow(
        .joined(JoinedRoomAnswer(room: room.description, last: last, topic: record.topic, members: members)))
    }.get()
  }

  func leave(_ fields: RoomRequest) async throws {
    let room = try RoomName(fields.room)
    if case .inbox = room { session.rooms.leave(.inbox(of: principal.account)) } else { session.rooms.leave(room) }
    try await answers.send(.left)
  }

  func who(_ fields: RoomRequest) async throws {
    let (room, members) = try chat.who(in: fields.room, by: principal)
    let body = ByteBuffer(bytes: JSON.encode(members))
    guard body.readableBytes <= LineProtocol.maximumBody else {
      throw LineError(.tooMany, "more are in '\(room)' than one answer can name")
    }
    try await session.bulkAnswers.withSlot {
      try await answers.send(.who(WhoAnswer(room: room.description)), body: body)
    }
  }

  func history(_ fields: ChatHistoryRequest) async throws {
    try await session.bulkAnswers.withSlot {
      let (answer, entries) = try await chat.history(fields, by: principal)
      try await answers.send(.history(answer), body: ByteBuffer(bytes: ChatEntry.encode(entries)))
    }
  }
}
