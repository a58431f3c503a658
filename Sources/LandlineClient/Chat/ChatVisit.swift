import LandlineProtocol
import NIOCore
import Synchronization

/// A room over one connection after the other: enters, shows, sends.
actor ChatVisit {
  /// How many messages one question is about.
  private static let page = 500
  /// How many of the last messages to oneself alone are shown on entering, at most.
  private static let letters = 10

  private let room: ChatRoom
  private let events: @Sendable (ChatRoomEvent) async -> Void
  /// By the names of rooms; the inbox is one of them.
  private var tracks: [String: ChatTrack] = [:]
  /// Over how many connections the room was entered.
  private(set) var entries = 0

  init(_ room: ChatRoom, events: @escaping @Sendable (ChatRoomEvent) async -> Void) {
    self.room = room
    self.events = events
  }

  /// Is in the room over this connection until that ends.
  func run(over connection: Connection) async throws {
    let pushes = PushQueue()
    connection.receivePushes(pushes)
    room.use(connection)
    defer { room.use(nil) }
    try await enter(room.options.room, connection)
    entries += 1
    // Over the control socket one is nobody to whom something could be said.
    if room.options.hasInbox, connection.welcome.account != "local" {
      try await enter("@" + connection.welcome.account, connection)
    }
    entries += 1
    await events(.caughtUp)
    room.use(connection)
    defer { room.use(nil) }
    room.outbox.beginAnew()
    try await withThrowingTaskGroup(of: Void.self) { group in
      let (outbox, answers) = (room.outbox, AnswerQueue())
      let sending = SendingTable()
      group.addTask { try await connection.keepAsking() }
      group.addTask { try await Self.send(outbox, answers, sending, connection) }
      group.addTask { try await Self.acknowledge(outbox, answers, sending) }
      group.addTask { try await self.show(pushes, connection) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  // MARK: Entering and catching up

  private func enter(_ name: String, _ connection: Connection) async throws {
    let joined = try await connection.joinRoom(name)
    let isInbox = joined.room.utf8.first == UInt8(ascii: "@")
    if !isInbox { await events(.entered(joined, again: tracks[joined.room] != nil)) }
    if tracks[joined.room] != nil { return try await catchUp(joined.room, connection) }
    if case .last(let count) = room.options.past {
      let shown = min(isInbox ? min(count, Self.letters) : count, ChatLimits.history)
      // Those before it was entered, however many came since: these are pushed. And only when they are here it counts as
      // entered, for when the connection is lost before, they are asked for again.
      let past =
        shown > 0
        ? try await connection.history(of: name, before: joined.last + 1, limit: shown).entries : []
      tracks[joined.room] = ChatTrack(room: joined.room, next: joined.last + 1)
      for entry in past { await show(entry, in: joined.room, isEarlier: true) }
    } else if case .after(let number) = room.options.past {
      let last = isInbox ? joined.last : min(number, joined.last)
      tracks[joined.room] = ChatTrack(room: joined.room, next: last + 1)
      try await catchUp(joined.room, connection, isEarlier: true)
    }
  }

  private func catchUp(_ name: String, _ connection: Connection, isEarlier: Bool = false) async throws {
    var more = true
    while more, let track = tracks[name] {
      let (answer, entries) = try await connection.history(of: name, after: track.last, limit: Self.page)
      for entry in entries where tracks[name]?.step(for: entry.number) != .skip {
        await show(entry, in: name, isEarlier: isEarlier)
      }
      more = answer.more && !entries.isEmpty
    }
  }

  private func show(_ entry: ChatEntry, in name: String, isEarlier: Bool) async {
    tracks[name]?.shown(entry.number)
    await events(.message(ChatMessage(room: name, entry, isOwn: isOwn(entry.key), isEarlier: isEarlier)))
  }

  private func isOwn(_ key: String?) -> Bool { key?.hasPrefix(room.keyPrefix) == true }

  // MARK: What is pushed

  private func show(_ pushes: PushQueue, _ connection: Connection) async throws {
    while true {
      switch try await pushes.next() {
      case .gap:
        for name in tracks.keys { try await catchUp(name, connection) }
      case .push(.message(let push), let body): try await show(push, body, connection)
      case .push(.presence(let push), _):
        if tracks[push.room] != nil { await events(.presence(account: push.account, here: push.here)) }
      case .push(.behind(let push), _):
        _ = try await connection.joinRoom(push.room)
        try await catchUp(push.room, connection)
      case .push(.outOfRoom(let push), _):
        throw ClientError(LineError(push.code, push.message))
      case .push: break
      }
    }
  }

  private func show(_ push: ChatPush, _ body: [UInt8], _ connection: Connection) async throws {
    switch tracks[push.room]?.step(for: push.number) {
    case .show:
      let entry = ChatEntry(
        number: push.number, from: push.from, time: push.time, key: push.key, kind: push.kind,
        text: String(decoding: body, as: UTF8.self))
      await show(entry, in: push.room, isEarlier: false)
    case .catchUp: try await catchUp(push.room, connection)
    case .skip, nil: break
    }
  }

  // MARK: What is said

  /// Which request is about which message.
  private final class SendingTable: Sendable {
    private let numbers = Mutex<[UInt64: UInt64]>([:])

    func add(_ ids: [(id: UInt64, number: UInt64)]) {
      numbers.withLock { numbers in for (id, number) in ids { numbers[id] = number } }
    }

    func take(_ id: UInt64) -> UInt64? { numbers.withLock { $0.removeValue(forKey: id) } }
  }

  private static func send(
    _ outbox: ChatOutbox, _ answers: AnswerQueue, _ sending: SendingTable, _ connection: Connection
  ) async throws {
    while true {
      var rest = try await outbox.next()[...]
      while !rest.isEmpty {
        let count = try await connection.send(answersTo: answers) { batch in
          var ids: [(id: UInt64, number: UInt64)] = []
          for (number, entry) in rest where batch.count < RequestBatch.worthSending {
            let id = try entry.text.withUnsafeBytes { try batch.add(.chatSend(entry.request), body: $0) }
            ids.append((id, number))
          }
          // Before it is sent, for the answer may be here before this call returns.
          sending.add(ids)
          return ids.count
        }
        rest = rest.dropFirst(count)
      }
    }
  }

  private static func acknowledge(
    _ outbox: ChatOutbox, _ answers: AnswerQueue, _ sending: SendingTable
  ) async throws {
    while true {
      for item in try await answers.all(atLeast: 1) {
        guard case .answer(let answer) = item, answer.reply.isLast, let id = answer.id,
          let number = sending.take(id)
        else { continue }
        switch answer.reply {
        case .sent(let sent): outbox.finish(number, .success(sent))
        case .error(let error):
          let error = ClientError(error)
          // It is kept, and sent again over the next connection.
          if error.isLoss { throw error }
          outbox.finish(number, .failure(error))
        case let reply: outbox.finish(number, .failure(ClientError.unexpected(reply, to: "'chat.send'")))
        }
      }
    }
  }
}
