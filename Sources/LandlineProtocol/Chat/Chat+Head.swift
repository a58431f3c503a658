// Heads of messages to and from rooms as they stand on the wire; see Request+Head.swift.

extension ChatSendRequest {
  init?(flat head: inout FlatHead) {
    guard let room = head.text("room") else { return nil }
    self.room = room
    key = head.text("key")
    kind = head.text("kind")
  }

  func head(id: UInt64, body: Int) -> [UInt8] {
    var text = JSONText(capacity: 128)
    text.member("op", "chat.send")
    text.member("id", id)
    if body > 0 { text.member("body", body) }
    text.member("room", room)
    if let key { text.member("key", key) }
    if let kind { text.member("kind", kind) }
    text.end()
    return text.bytes
  }
}

extension SentAnswer {
  init?(flat head: inout FlatHead) {
    guard let room = head.text("room"), let number = head.integer("number") else { return nil }
    self.init(room: room, number: number)
  }

  func head(id: UInt64) -> [UInt8] {
    var text = JSONText(capacity: 96)
    text.member("id", id)
    text.member("type", "sent")
    text.member("room", room)
    text.member("number", number)
    text.end()
    return text.bytes
  }
}

extension ChatPush {
  init?(flat head: inout FlatHead) {
    guard let room = head.text("room"), let number = head.integer("number"), let from = head.text("from"),
      let time = head.integer("time")
    else { return nil }
    self.init(room: room, number: number, from: from, time: time, key: head.text("key"), kind: head.text("kind"))
  }

  /// - Parameter body: bytes of the text.
  public func head(body: Int) -> [UInt8] {
    var text = JSONText(capacity: 160)
    text.member("type", "message")
    text.member("room", room)
    text.member("number", number)
    text.member("from", from)
    text.member("time", time)
    if let key { text.member("key", key) }
    if let kind { text.member("kind", kind) }
    text.member("body", body)
    text.end()
    return text.bytes
  }
}

extension PresencePush {
  public var head: [UInt8] {
    var text = JSONText(capacity: 96)
    text.member("type", "presence")
    text.member("room", room)
    text.member("account", account)
    text.member("here", here)
    text.end()
    return text.bytes
  }
}
