import GRDB
public import LandlineProtocol
public import LandlineServices

extension SQLiteStore: ChatStore {
  /// On the caller's own thread: a writer of its own stands behind this, which has nothing else to do, and two changes
  /// of threads would be a good part of a message's way.
  public func append(_ messages: [NewChatMessage]) async throws -> [Result<ChatReceipt, LineError>] {
    try writeHere(.full) { database in
      var appender = ChatAppender(database)
      let results = try messages.map { message in try appender.append(message) }
      try appender.finish()
      return results
    }
  }

  public func room(_ name: RoomName) async throws -> ChatRoomRecord? {
    try await read { database in
      guard let room = try ChatTables.room(name, in: database) else { return nil }
      return room.id == nil ? ChatRoomRecord() : ChatRoomRecord(last: room.last, topic: room.topic)
    }
  }

  public func messages(
    in room: RoomName, after number: Int64, limit: Int, bytes: Int
  ) async throws -> [ChatEntry] {
    try await read { database in
      guard let id = try ChatTables.room(room, in: database)?.id else { return [] }
      let statement = try database.cachedStatement(
        sql: "SELECT * FROM chat_messages WHERE room = ? AND number > ? ORDER BY number LIMIT ?")
      return try ChatTables.entries(statement, [id, number, limit], bytes: bytes)
    }
  }

  public func messages(
    in room: RoomName, before number: Int64, limit: Int, bytes: Int
  ) async throws -> [ChatEntry] {
    try await read { database in
      guard let id = try ChatTables.room(room, in: database)?.id else { return [] }
      let statement = try database.cachedStatement(
        sql: "SELECT * FROM chat_messages WHERE room = ? AND number < ? ORDER BY number DESC LIMIT ?")
      return try ChatTables.entries(statement, [id, number, limit], bytes: bytes).reversed()
    }
  }
}

/// Puts messages behind those that are there, within one transaction.
private struct ChatAppender {
  private struct Room {
    var id: Int64
    /// As it is to be shown.
    var name: RoomName
    var last: Int64
    var topic: String??
  }

  private let database: Database
  /// Those that this transaction has to do with.
  private var rooms: [RoomName: Room] = [:]

  init(_ database: Database) {
    self.database = database
  }

  /// - Throws: `DatabaseError`: then none of the transaction counts.
  mutating func append(_ message: NewChatMessage) throws -> Result<ChatReceipt, LineError> {
    do {
      guard var room = try room(message.room) else {
        let name = printable(String(message.room.description.dropFirst()))
        return .failure(LineError(.notFound, "there is nobody called '\(name)' here"))
      }
      if let key = message.key, let number = try self.number(of: key, message.account, room.id) {
        return .success(ChatReceipt(room: room.name, number: number, isNew: false))
      }
      room.last += 1
      if message.kind == .topic {
        room.topic = .some(message.text.isEmpty ? nil : String(decoding: message.text, as: UTF8.self))
      }
      try insert(message, room)
      rooms[Self.key(message.room)] = room
      return .success(ChatReceipt(room: room.name, number: room.last, isNew: true))
    } catch let error as LineError {
      return .failure(error)
    }
  }

  /// Notes how far the rooms have come.
  func finish() throws {
    for room in rooms.values {
      let statement = try database.cachedStatement(sql: "UPDATE chat_rooms SET last = ? WHERE id = ?")
      try statement.execute(arguments: [room.last, room.id])
      if let topic = room.topic {
        try database.execute(sql: "UPDATE chat_rooms SET topic = ? WHERE id = ?", arguments: [topic, room.id])
      }
    }
  }

  /// Names of accounts that differ only in case are the same.
  private static func key(_ name: RoomName) -> RoomName {
    if case .inbox(let owner) = name { .inbox(of: owner.lowercased()) } else { name }
  }

  private mutating func room(_ name: RoomName) throws -> Room? {
    if let room = rooms[Self.key(name)] { return room }
    guard let found = try ChatTables.room(name, in: database) else { return nil }
    let id = try found.id ?? make(name, found.owner)
    let room = Room(id: id, name: found.name, last: found.last, topic: nil)
    rooms[Self.key(name)] = room
    return room
  }

  private func make(_ name: RoomName, _ owner: Int64?) throws -> Int64 {
    if owner == nil {
      let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM chat_rooms WHERE account IS NULL") ?? 0
      guard count < ChatLimits.rooms else {
        throw LineError(.tooMany, "there are \(ChatLimits.rooms) rooms already; use one of them")
      }
    }
    try database.execute(
      sql: "INSERT INTO chat_rooms (name, account) VALUES (?, ?)",
      arguments: [owner == nil ? name.description : nil, owner])
    return database.lastInsertedRowID
  }

  private func number(of key: String, _ account: Int64, _ room: Int64) throws -> Int64? {
    let statement = try database.cachedStatement(
      sql: "SELECT number FROM chat_messages WHERE room = ? AND account = ? AND key = ?")
    return try Int64.fetchOne(statement, arguments: [room, account, key])
  }

  private func insert(_ message: NewChatMessage, _ room: Room) throws {
    let statement = try database.cachedStatement(sql: "INSERT INTO chat_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    try statement.execute(arguments: [
      room.id, room.last, message.account, message.sender, message.key, message.kind?.rawValue, message.time,
      DatabaseValue.blob(message.text),
    ])
  }
}

/// What the queries have in common.
private enum ChatTables {
  /// A room as it is on record.
  struct Room {
    /// nil while nothing was said in it.
    var id: Int64?
    var name: RoomName
    /// The account of an inbox.
    var owner: Int64?
    var last: Int64 = 0
    var topic: String?
  }

  /// - Returns: nil for an inbox whose account is not there.
  static func room(_ name: RoomName, in database: Database) throws -> Room? {
    switch name {
    case .room(let text):
      let statement = try database.cachedStatement(sql: "SELECT * FROM chat_rooms WHERE name = ?")
      let row = try Row.fetchOne(statement, arguments: [text])
      return Room(id: row?["id"], name: name, last: row?["last"] ?? 0, topic: row?["topic"])
    case .inbox(let owner):
      let statement = try database.cachedStatement(
        sql: """
          SELECT accounts.id AS owner, accounts.name AS owner_name, chat_rooms.id, last
          FROM accounts LEFT JOIN chat_rooms ON chat_rooms.account = accounts.id WHERE accounts.name = ?
          """)
      return try Row.fetchOne(statement, arguments: [owner]).map { row in
        Room(id: row["id"], name: .inbox(of: row["owner_name"]), owner: row["owner"], last: row["last"] ?? 0)
      }
    }
  }

  static func entries(
    _ statement: Statement, _ arguments: StatementArguments, bytes most: Int
  ) throws -> [ChatEntry] {
    var entries: [ChatEntry] = []
    var bytes = 0
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while bytes < most, let row = try rows.next() {
      let text = row.bytes("text")
      bytes += text.count
      entries.append(
        ChatEntry(
          number: row["number"], from: row["sender"], time: row["time"], key: row["key"], kind: row["kind"],
          text: String(decoding: text, as: UTF8.self)))
    }
    return entries
  }
}
