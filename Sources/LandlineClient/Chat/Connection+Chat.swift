public import LandlineProtocol

extension Connection {
  /// Enters a room: what is said there from now on is pushed.
  func joinRoom(_ room: String) async throws -> JoinedRoomAnswer {
    let reply = try await request(.chatJoin(RoomRequest(room: room))).reply
    guard case .joined(let answer) = reply else { throw ClientError.unexpected(reply, to: "'chat.join'") }
    return answer
  }

  /// What was said in a room.
  /// - Parameters:
  ///   - after: the messages behind this number; nil: the last ones.
  ///   - before: of those before this number.
  ///   - limit: at most so many; an answer may have fewer.
  /// - Returns: the messages in the order of their numbers, and whether there are more in that direction.
  public func history(
    of room: String, after: Int64? = nil, before: Int64? = nil, limit: Int? = nil
  ) async throws -> (answer: ChatHistoryAnswer, entries: [ChatEntry]) {
    let (reply, body) = try await request(
      .chatHistory(ChatHistoryRequest(room: room, after: after, before: before, limit: limit)))
    guard case .history(let answer) = reply else { throw ClientError.unexpected(reply, to: "'chat.history'") }
    return (answer, try decode([ChatEntry].self, from: body))
  }

  /// Who is in a room, in the order of their names.
  public func who(in room: String) async throws -> [RoomMember] {
    let (reply, body) = try await request(.chatWho(RoomRequest(room: room)))
    guard case .who = reply else { throw ClientError.unexpected(reply, to: "'chat.who'") }
    return try decode([RoomMember].self, from: body)
  }

  /// A room's topic; nil when there is none. One has to be in it.
  public func topic(of room: String) async throws -> String? { try await joinRoom(room).topic }

  /// Keeps a request open now and then, so that a server that is gone without a word is noticed (``Watchdog``).
  func keepAsking() async throws {
    while true {
      // A pace, not a wait for anything: nobody says when the other side has gone.
      try await Task.sleep(for: .seconds(15))
      _ = try await request(.ping)
    }
  }
}
