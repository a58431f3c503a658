// Heads of requests as they stand on the wire. Puts and gets come by the thousand when a folder is moved, so these have
// a way of their own (``FlatJSON``, ``JSONText``); everything else goes the way of all JSON.

extension Request {
  /// Reads a head.
  /// - Throws: `bad-request` that says what is wrong.
  public init(head: [UInt8]) throws(LineError) {
    if let request = Request(flat: head) {
      self = request
    } else {
      self = try JSON.decode(Request.self, from: head)
    }
  }

  /// The head's bytes.
  public var head: [UInt8] {
    switch operation {
    case .put(let fields): fields.head(id: id, body: body)
    case .get(let fields): fields.head(id: id)
    case .chatSend(let fields): fields.head(id: id, body: body)
    case .command(let operation): operation.flatHead(id: id, body: body) ?? JSON.encode(self)
    default: JSON.encode(self)
    }
  }

  private init?(flat bytes: [UInt8]) {
    guard var head = FlatHead(bytes) else { return nil }
    guard let id = head.integer("id"), (0...Int64(LineProtocol.maximumID)).contains(id) else { return nil }
    let body = head.integer("body") ?? 0
    guard let operation = Operation(flat: &head), head.isSpent else { return nil }
    self.init(id: UInt64(id), operation, body: Int(body))
  }
}

extension Operation {
  fileprivate init?(flat head: inout FlatHead) {
    switch head.text("op") {
    case "put":
      guard let path = head.text("path") else { return nil }
      var fields = PutRequest(path: path)
      fields.size = head.integer("size")
      fields.mtime = head.integer("mtime")
      if let nanoseconds = head.integer("mtimeNanos") {
        guard let value = Int32(exactly: nanoseconds) else { return nil }
        fields.mtimeNanos = value
      }
      fields.executable = head.boolean("executable")
      fields.ifExists = head.text("ifExists")
      fields.resume = head.boolean("resume")
      fields.sha256 = head.digest("sha256")
      fields.again = head.boolean("again")
      self = .put(fields)
    case "get":
      guard let path = head.text("path") else { return nil }
      var fields = GetRequest(path: path)
      fields.offset = head.integer("offset")
      fields.prefixSha256 = head.digest("prefixSha256")
      fields.whole = head.boolean("whole")
      self = .get(fields)
    case "chat.send":
      guard let fields = ChatSendRequest(flat: &head) else { return nil }
      self = .chatSend(fields)
    case let name?:
      guard let operation = CommandOperation(flat: &head, named: name) else { return nil }
      self = .command(operation)
    case nil:
      return nil
    }
  }
}

extension PutRequest {
  fileprivate func head(id: UInt64, body: Int) -> [UInt8] {
    var text = JSONText(capacity: path.utf8.count + 256)
    text.member("op", "put")
    text.member("id", id)
    if body > 0 { text.member("body", body) }
    text.member("path", path)
    if let size { text.member("size", size) }
    if let mtime { text.member("mtime", mtime) }
    if let mtimeNanos { text.member("mtimeNanos", mtimeNanos) }
    if let executable { text.member("executable", executable) }
    if let ifExists { text.member("ifExists", ifExists) }
    if let resume { text.member("resume", resume) }
    if let sha256 { text.member("sha256", sha256) }
    if let again { text.member("again", again) }
    text.end()
    return text.bytes
  }
}

extension GetRequest {
  fileprivate func head(id: UInt64) -> [UInt8] {
    var text = JSONText(capacity: path.utf8.count + 128)
    text.member("op", "get")
    text.member("id", id)
    text.member("path", path)
    if let offset { text.member("offset", offset) }
    if let prefixSha256 { text.member("prefixSha256", prefixSha256) }
    if let whole { text.member("whole", whole) }
    text.end()
    return text.bytes
  }
}
