/// What a client asks for that is about commands, or adds to what it asked for.
public enum CommandOperation: Hashable, Sendable {
  case run(RunRequest)
  case shell(TerminalRequest)
  case attach(AttachRequest)
  case jobs
  case kill(KillRequest)
  // These belong to an open request.
  case input(InputRequest)
  case credit(Credit)
  case signal(SignalRequest)
  case resize(ResizeRequest)

  /// Its name on the wire.
  public var name: String {
    switch self {
    case .run: "run"
    case .shell: "shell"
    case .attach: "attach"
    case .jobs: "jobs"
    case .kill: "kill"
    case .input: "stdin"
    case .credit: "credit"
    case .signal: "signal"
    case .resize: "resize"
    }
  }

  /// - Returns: nil when there is none of this name.
  init?(named name: String, from decoder: any Decoder) throws {
    switch name {
    case "run": self = .run(try RunRequest(from: decoder))
    case "shell": self = .shell(try TerminalRequest(from: decoder))
    case "attach": self = .attach(try AttachRequest(from: decoder))
    case "jobs": self = .jobs
    case "kill": self = .kill(try KillRequest(from: decoder))
    case "stdin": self = .input(try InputRequest(from: decoder))
    case "credit": self = .credit(try Credit(from: decoder))
    case "signal": self = .signal(try SignalRequest(from: decoder))
    case "resize": self = .resize(try ResizeRequest(from: decoder))
    default: return nil
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .run(let fields): try fields.encode(to: encoder)
    case .shell(let fields): try fields.encode(to: encoder)
    case .attach(let fields): try fields.encode(to: encoder)
    case .jobs: break
    case .kill(let fields): try fields.encode(to: encoder)
    case .input(let fields): try fields.encode(to: encoder)
    case .credit(let fields): try fields.encode(to: encoder)
    case .signal(let fields): try fields.encode(to: encoder)
    case .resize(let fields): try fields.encode(to: encoder)
    }
  }

  // MARK: Those that come by the thousand

  init?(flat head: inout FlatHead, named name: String) {
    switch name {
    case "stdin": self = .input(InputRequest(end: head.boolean("end") ?? false))
    case "credit":
      guard let credit = Credit(flat: &head) else { return nil }
      self = .credit(credit)
    default: return nil
    }
  }

  /// The head's bytes; nil where it goes the way of all JSON.
  func flatHead(id: UInt64, body: Int) -> [UInt8]? {
    var text = JSONText(capacity: 96)
    text.member("op", name)
    text.member("id", id)
    switch self {
    case .input(let fields):
      if body > 0 { text.member("body", body) }
      if let end = fields.end { text.member("end", end) }
    case .credit(let fields): fields.write(to: &text)
    default: return nil
    }
    text.end()
    return text.bytes
  }
}

extension Credit {
  init?(flat head: inout FlatHead) {
    guard let stream = head.text("stream").flatMap(CommandStream.init), let bytes = head.integer("bytes") else {
      return nil
    }
    self.init(stream, bytes: Int(bytes))
  }

  func write(to text: inout JSONText) {
    text.member("stream", stream.rawValue)
    text.member("bytes", bytes)
  }
}
