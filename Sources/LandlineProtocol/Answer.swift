/// What a server says.
public enum Reply: Hashable, Sendable {
  case error(LineError)
  case hello(HelloAnswer)
  case welcome(Welcome)
  case pong
  case working(WorkingAnswer)
  case ready(ReadyAnswer)
  case stored(StoredAnswer)
  case skipped(PathAnswer)
  case file(FileAnswer)
  case whole(FileAnswer)
  case data
  case end(EndAnswer)
  case entries(EntriesAnswer)
  case branch
  case tree(TreeAnswer)
  case entry(Entry)
  case verified(VerifiedAnswer)
  case removed
  case moved(PathAnswer)
  case made
  case limited(LimitedAnswer)
  case status(StatusAnswer)
  case accounts(AccountsAnswer)
  case invite(InviteAnswer)
  case token(TokenAnswer)
  case tokens(TokensAnswer)
  case account(AccountEntry)
  case role(RoleAnswer)
  case roles(RolesAnswer)
  /// Lines of the audit log, as the body.
  case events
  case audit(AuditAnswer)
  case time(TimeAnswer)
  case joined(JoinedRoomAnswer)
  case left
  case sent(SentAnswer)
  case history(ChatHistoryAnswer)
  case who(WhoAnswer)
  case command(CommandReply)
  // Pushed: these come without a request's id.
  case message(ChatPush)
  case presence(PresencePush)
  case behind(BehindPush)
  case outOfRoom(RemovedPush)

  /// Whether the request it answers is over with it.
  public var isLast: Bool {
    switch self {
    case .working, .ready, .file, .data, .branch, .events: false
    case .command(let reply): reply.isLast
    default: true
    }
  }
}

/// The head of a message from server to client.
public struct Answer: Hashable, Sendable {
  /// The request it answers; nil for an error that concerns the connection.
  public var id: UInt64?
  public var reply: Reply
  /// Bytes of the body that follows the head.
  public var body: Int

  public init(id: UInt64?, _ reply: Reply, body: Int = 0) {
    self.id = id
    self.reply = reply
    self.body = body
  }
}

extension Answer: Codable {
  private enum Key: String, CodingKey { case id, type, body, error }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    id = try container.decodeIfPresent(UInt64.self, forKey: .id)
    body = try container.decodeIfPresent(Int.self, forKey: .body) ?? 0
    if let error = try container.decodeIfPresent(LineError.self, forKey: .error) {
      reply = .error(error)
      return
    }
    let type = try container.decode(String.self, forKey: .type)
    reply =
      switch type {
      case "hello": .hello(try HelloAnswer(from: decoder))
      case "welcome": .welcome(try Welcome(from: decoder))
      case "pong": .pong
      case "working": .working(try WorkingAnswer(from: decoder))
      case "ready": .ready(try ReadyAnswer(from: decoder))
      case "stored": .stored(try StoredAnswer(from: decoder))
      case "skipped": .skipped(try PathAnswer(from: decoder))
      case "file": .file(try FileAnswer(from: decoder))
      case "whole": .whole(try FileAnswer(from: decoder))
      case "data": .data
      case "end": .end(try EndAnswer(from: decoder))
      case "entries": .entries(try EntriesAnswer(from: decoder))
      case "branch": .branch
      case "tree": .tree(try TreeAnswer(from: decoder))
      case "entry": .entry(try Entry(from: decoder))
      case "verified": .verified(try VerifiedAnswer(from: decoder))
      case "removed": .removed
      case "moved": .moved(try PathAnswer(from: decoder))
      case "made": .made
      case "limited": .limited(try LimitedAnswer(from: decoder))
      case "status": .status(try StatusAnswer(from: decoder))
      case "accounts": .accounts(try AccountsAnswer(from: decoder))
      case "invite": .invite(try InviteAnswer(from: decoder))
      case "token": .token(try TokenAnswer(from: decoder))
      case "tokens": .tokens(try TokensAnswer(from: decoder))
      case "account": .account(try AccountEntry(from: decoder))
      case "role": .role(try RoleAnswer(from: decoder))
      case "roles": .roles(try RolesAnswer(from: decoder))
      case "events": .events
      case "audit": .audit(try AuditAnswer(from: decoder))
      case "time": .time(try TimeAnswer(from: decoder))
      case "joined": .joined(try JoinedRoomAnswer(from: decoder))
      case "left": .left
      case "sent": .sent(try SentAnswer(from: decoder))
      case "history": .history(try ChatHistoryAnswer(from: decoder))
      case "who": .who(try WhoAnswer(from: decoder))
      case "message": .message(try ChatPush(from: decoder))
      case "presence": .presence(try PresencePush(from: decoder))
      case "behind": .behind(try BehindPush(from: decoder))
      case "out-of-room": .outOfRoom(try RemovedPush(from: decoder))
      default:
        if let reply = try CommandReply(named: type, from: decoder) {
          .command(reply)
        } else {
          throw LineError(.unsupported, "the server sent an unknown answer, '\(printable(type))'")
        }
      }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(id, forKey: .id)
    if body > 0 { try container.encode(body, forKey: .body) }
    if case .error(let error) = reply {
      try container.encode(error, forKey: .error)
      return
    }
    try container.encode(typeName, forKey: .type)
    switch reply {
    case .command(let reply): try reply.encode(to: encoder)
    case .hello(let fields): try fields.encode(to: encoder)
    case .welcome(let fields): try fields.encode(to: encoder)
    case .working(let fields): try fields.encode(to: encoder)
    case .ready(let fields): try fields.encode(to: encoder)
    case .stored(let fields): try fields.encode(to: encoder)
    case .skipped(let fields), .moved(let fields): try fields.encode(to: encoder)
    case .file(let fields), .whole(let fields): try fields.encode(to: encoder)
    case .end(let fields): try fields.encode(to: encoder)
    case .entries(let fields): try fields.encode(to: encoder)
    case .tree(let fields): try fields.encode(to: encoder)
    case .entry(let fields): try fields.encode(to: encoder)
    case .verified(let fields): try fields.encode(to: encoder)
    case .limited(let fields): try fields.encode(to: encoder)
    case .status(let fields): try fields.encode(to: encoder)
    case .accounts(let fields): try fields.encode(to: encoder)
    case .invite(let fields): try fields.encode(to: encoder)
    case .token(let fields): try fields.encode(to: encoder)
    case .tokens(let fields): try fields.encode(to: encoder)
    case .account(let fields): try fields.encode(to: encoder)
    case .role(let fields): try fields.encode(to: encoder)
    case .roles(let fields): try fields.encode(to: encoder)
    case .audit(let fields): try fields.encode(to: encoder)
    case .time(let fields): try fields.encode(to: encoder)
    case .joined(let fields): try fields.encode(to: encoder)
    case .sent(let fields): try fields.encode(to: encoder)
    case .history(let fields): try fields.encode(to: encoder)
    case .who(let fields): try fields.encode(to: encoder)
    case .message(let fields): try fields.encode(to: encoder)
    case .presence(let fields): try fields.encode(to: encoder)
    case .behind(let fields): try fields.encode(to: encoder)
    case .outOfRoom(let fields): try fields.encode(to: encoder)
    case .error, .pong, .data, .branch, .events, .removed, .made, .left: break
    }
  }

  private var typeName: String {
    switch reply {
    case .error: "error"
    case .command(let reply): reply.name
    case .hello: "hello"
    case .welcome: "welcome"
    case .pong: "pong"
    case .working: "working"
    case .ready: "ready"
    case .stored: "stored"
    case .skipped: "skipped"
    case .file: "file"
    case .whole: "whole"
    case .data: "data"
    case .end: "end"
    case .entries: "entries"
    case .branch: "branch"
    case .tree: "tree"
    case .entry: "entry"
    case .verified: "verified"
    case .removed: "removed"
    case .moved: "moved"
    case .made: "made"
    case .limited: "limited"
    case .status: "status"
    case .accounts: "accounts"
    case .invite: "invite"
    case .token: "token"
    case .tokens: "tokens"
    case .account: "account"
    case .role: "role"
    case .roles: "roles"
    case .events: "events"
    case .audit: "audit"
    case .time: "time"
    case .joined: "joined"
    case .left: "left"
    case .sent: "sent"
    case .history: "history"
    case .who: "who"
    case .message: "message"
    case .presence: "presence"
    case .behind: "behind"
    case .outOfRoom: "out-of-room"
    }
  }
}
