import Glibc
public import LandlineProtocol

/// Rooms: who is in them, what is said there, and what was.
///
/// What is said is stored before it is acknowledged and before anybody sees it. So nobody ever sees a message that is not
/// there any more when the server comes back, nor two of one number.
public struct ChatService: Sendable {
  private let store: any ChatStore
  private let writer: ChatWriter
  private let members = ChatMembers()
  private let audiences: [any ChatAudience]

  /// - Parameters:
  ///   - audiences: the doors' listeners.
  ///   - requireSpace: throws `no-space` when the disk is as full as its operator lets it be.
  public init(
    store: any ChatStore, flow: ChatFlow = ChatFlow(), audiences: [any ChatAudience],
    requireSpace: @escaping @Sendable () throws -> Void = {}
  ) {
    self.store = store
    self.audiences = audiences
    writer = ChatWriter(store: store, flow: flow, audiences: audiences, requireSpace: requireSpace)
  }

  /// Stores what is said until its task is cancelled. On a thread that may wait for the disk; without it nothing is
  /// stored.
  public func run() async { await writer.run() }

  // MARK: Coming and going

  /// Checks that somebody may be in a room.
  /// - Returns: the room.
  /// - Throws: `bad-request`, `forbidden`.
  public func room(_ name: String, for principal: Principal) throws(LineError) -> RoomName {
    let room = try RoomName(name)
    try principal.requireReading(room)
    // As the account itself writes it.
    if case .inbox = room { return .inbox(of: principal.account) }
    return room
  }

  /// Counts a connection as being in a room, and tells those who are there already.
  /// - Returns: what is known of the room, and how many accounts are in it now.
  public func enter(_ room: RoomName, by principal: Principal) async throws -> (record: ChatRoomRecord, members: Int) {
    guard let record = try await store.room(room) else {
      throw LineError(.notFound, "\(principal.account) has no inbox")
    }
    let count = members.enter(room, principal.account) { tell(room, principal.account, here: true) }
    return (record, count)
  }

  /// What is known of a room, and how many accounts are in it now.
  public func look(at room: RoomName) async throws -> (record: ChatRoomRecord, members: Int) {
    (try await store.room(room) ?? ChatRoomRecord(), members.count(in: room))
  }

  /// To be called once for each `enter`.
  public func leave(_ room: RoomName, account: String) {
    members.leave(room, account) { tell(room, account, here: false) }
  }

  private func tell(_ room: RoomName, _ account: String, here: Bool) {
    // Of an inbox there is nobody to be told.
    guard case .room(let name) = room else { return }
    let event = ChatEvent.presence(PresencePush(room: name, account: account, here: here))
    for audience in audiences { audience.publish([event], in: room) }
  }

  public func who(in name: String, by principal: Principal) throws(LineError) -> (room: RoomName, members: [RoomMember])
  {
    let room = try room(name, for: principal)
    return (room, members.list(of: room))
  }

  // MARK: Saying

  /// Checks a message, and makes it ready to be submitted.
  /// - Throws: `bad-request` for what is no UTF-8, for one, or is empty; `too-large`; `forbidden`.
  public func message(_ request: ChatSendRequest, text: [UInt8], by principal: Principal) throws(LineError)
    -> NewChatMessage
  {
    let room = try RoomName(request.room)
    try principal.requireWriting(room)
    var kind: ChatKind?
    if let name = request.kind {
      guard let known = ChatKind(rawValue: name) else {
        throw LineError(.badRequest, "'\(printable(name))' is no kind of message: action, file and topic are")
      }
      kind = known
    }
    if let key = request.key {
      let isPlain = key.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
      guard isPlain, (1...ChatLimits.key).contains(key.utf8.count) else {
        throw LineError(.badRequest, "a message's key has 1 to \(ChatLimits.key) bytes, and no control characters")
      }
    }
    try Self.check(text, kind)
    return NewChatMessage(
      room: room, account: principal.accountID, sender: principal.account, key: request.key, kind: kind,
      time: Int64(time(nil)), text: text)
  }

  private static func check(_ text: [UInt8], _ kind: ChatKind?) throws(LineError) {
    let most = kind == .topic ? ChatLimits.topic : ChatLimits.message
    guard text.count <= most else {
      throw LineError(
        .tooLarge, "a \(kind == .topic ? "topic" : "message") has at most \(most) bytes, and this has \(text.count)")
    }
    guard !text.isEmpty || kind == .topic else { throw LineError(.badRequest, "a message has at least one byte") }
    guard text.span.isUTF8 else { throw LineError(.badRequest, "the message is not UTF-8") }
  }

  /// Why somebody may not say something (any more); nil when they may.
  public func refusal(of message: NewChatMessage, by principal: Principal) -> LineError? {
    do throws(LineError) {
      try principal.requireWriting(message.room)
      return nil
    } catch {
      return error
    }
  }

  /// Has a message stored, and shown to everybody in its room; `completion` is told when it is, or why it is not.
  ///
  /// It does not wait: who says more than ``ChatFlow`` allows is told later, and all that an account says is stored in the
  /// order in which it was submitted.
  public func submit(_ submission: ChatSubmission) { writer.submit(submission) }

  // MARK: Looking back

  public func history(_ request: ChatHistoryRequest, by principal: Principal) async throws
    -> (answer: ChatHistoryAnswer, entries: [ChatEntry])
  {
    let room = try room(request.room, for: principal)
    let limit = request.limit ?? ChatLimits.usualHistory
    guard (1...ChatLimits.history).contains(limit) else {
      throw LineError(.badRequest, "an answer has 1 to \(ChatLimits.history) messages")
    }
    guard request.after == nil || request.before == nil else {
      throw LineError(.badRequest, "a history is that after a message or before one, not both")
    }
    guard request.after ?? 0 >= 0, request.before ?? 1 >= 1 else {
      throw LineError(.badRequest, "the messages of a room are numbered from 1")
    }
    guard let record = try await store.room(room) else {
      throw LineError(.notFound, "\(principal.account) has no inbox")
    }
    // One more than is asked for, to know whether there are more.
    if let after = request.after {
      let found = try await store.messages(in: room, after: after, limit: limit + 1, bytes: LineProtocol.maximumBody)
      let entries = Array(found.prefix(Self.fitting(found.prefix(limit))))
      let answer = ChatHistoryAnswer(
        room: room.description, last: max(record.last, found.last?.number ?? 0), more: entries.count < found.count)
      return (answer, entries)
    }
    let found = try await store.messages(
      in: room, before: request.before ?? .max, limit: limit + 1, bytes: LineProtocol.maximumBody)
    let entries = Array(found.suffix(Self.fitting(found.suffix(limit).reversed())))
    let answer = ChatHistoryAnswer(
      room: room.description, last: max(record.last, found.last?.number ?? 0), more: entries.count < found.count)
    return (answer, entries)
  }

  /// How many of them go into the body of one answer: each byte of a text is up to six in JSON.
  private static func fitting(_ entries: some Sequence<ChatEntry>) -> Int {
    var bytes = 2
    var count = 0
    for entry in entries {
      bytes += entry.text.utf8.reduce(0) { $0 + ($1 < 0x20 ? 6 : $1 == 0x22 || $1 == 0x5C ? 2 : 1) } + 512
      if bytes > LineProtocol.maximumBody { break }
      count += 1
    }
    return count
  }
}

extension Principal {
  /// - Throws: `forbidden`.
  func requireReading(_ room: RoomName) throws(LineError) {
    switch room {
    case .room(let name): try requireRoom(name)
    case .inbox(let owner):
      try requireChat()
      guard owner.lowercased() == account.lowercased() else {
        throw LineError(.forbidden, "what is sent to \(printable(owner)) is for \(printable(owner)) alone")
      }
    }
  }

  /// - Throws: `forbidden`.
  func requireWriting(_ room: RoomName) throws(LineError) {
    switch room {
    case .room(let name): try requireRoom(name)
    case .inbox: try requireChat()
    }
  }

  /// Whether they may (still) be in a room.
  public func mayBe(in room: RoomName) -> Bool { (try? requireReading(room)) != nil }

  private func requireChat() throws(LineError) {
    let layers = [grants] + (ceiling.map { [$0] } ?? [])
    let allowed = layers.allSatisfy { grants in
      let own = grants.filter { $0.kind == .chatRooms }
      return own.isEmpty ? isAdmin : own.contains { $0.glob != nil }
    }
    guard allowed else {
      throw LineError(.forbidden, "\(account) (\(role)) may not chat: that needs a role with chat.rooms")
    }
  }
}
