// Heads of answers as they stand on the wire; see Request+Head.swift.

extension Answer {
  /// Reads a head.
  /// - Throws: `bad-request` that says what is wrong.
  public init(head: [UInt8]) throws(LineError) {
    if let answer = Answer(flat: head) {
      self = answer
    } else {
      self = try JSON.decode(Answer.self, from: head)
    }
  }

  /// The head's bytes.
  public var head: [UInt8] {
    guard let id else { return JSON.encode(self) }
    switch reply {
    case .sent(let fields): return fields.head(id: id)
    case .stored(let fields): return fields.head(id: id)
    case .whole(let fields): return fields.head(id: id, type: "whole", body: body)
    case .file(let fields): return fields.head(id: id, type: "file", body: body)
    case .command(let reply): return reply.flatHead(id: id, body: body) ?? JSON.encode(self)
    default: return JSON.encode(self)
    }
  }

  private init?(flat bytes: [UInt8]) {
    guard var head = FlatHead(bytes) else { return nil }
    let id = head.integer("id")
    if let id, !(0...Int64(LineProtocol.maximumID)).contains(id) { return nil }
    let body = head.integer("body") ?? 0
    guard let reply = Reply(flat: &head), head.isSpent else { return nil }
    self.init(id: id.map { UInt64($0) }, reply, body: Int(body))
  }
}

extension Reply {
  fileprivate init?(flat head: inout FlatHead) {
    switch head.text("type") {
    case "stored":
      guard let path = head.text("path"), let size = head.integer("size"), let sha256 = head.digest("sha256")
      else { return nil }
      self = .stored(StoredAnswer(path: path, size: size, sha256: sha256))
    case "whole":
      guard let fields = FileAnswer(flat: &head) else { return nil }
      self = .whole(fields)
    case "file":
      guard let fields = FileAnswer(flat: &head) else { return nil }
      self = .file(fields)
    case "sent":
      guard let fields = SentAnswer(flat: &head) else { return nil }
      self = .sent(fields)
    case "message":
      guard let fields = ChatPush(flat: &head) else { return nil }
      self = .message(fields)
    case "data": self = .data
    case let type?:
      guard let reply = CommandReply(flat: &head, named: type) else { return nil }
      self = .command(reply)
    case nil: return nil
    }
  }
}

extension StoredAnswer {
  fileprivate func head(id: UInt64) -> [UInt8] {
    var text = JSONText(capacity: path.utf8.count + 160)
    text.member("id", id)
    text.member("type", "stored")
    text.member("path", path)
    text.member("size", size)
    text.member("sha256", sha256)
    text.end()
    return text.bytes
  }
}

extension FileAnswer {
  fileprivate init?(flat head: inout FlatHead) {
    guard let size = head.integer("size"), let mtime = head.integer("mtime"),
      let nanoseconds = head.integer("mtimeNanos").flatMap({ Int32(exactly: $0) }),
      let executable = head.boolean("executable"), let offset = head.integer("offset")
    else { return nil }
    self.init(
      size: size, modified: FileTime(seconds: mtime, nanoseconds: nanoseconds), executable: executable,
      offset: offset, sha256: head.digest("sha256"))
  }

  fileprivate func head(id: UInt64, type: String, body: Int) -> [UInt8] {
    var text = JSONText(capacity: 256)
    text.member("id", id)
    text.member("type", type)
    if body > 0 { text.member("body", body) }
    text.member("size", size)
    text.member("mtime", mtime)
    text.member("mtimeNanos", mtimeNanos)
    text.member("executable", executable)
    text.member("offset", offset)
    if let sha256 { text.member("sha256", sha256) }
    text.end()
    return text.bytes
  }
}
