/// What a client asks for, or adds to what it asked for.
public enum Operation: Hashable, Sendable {
  case hello(HelloRequest)
  case login(LoginRequest)
  case join(JoinRequest)
  case whoami
  case ping
  case list(ListRequest)
  case tree(TreeRequest)
  case stat(PathRequest)
  case get(GetRequest)
  case verify(PathRequest)
  case put(PutRequest)
  case data
  case commit(CommitRequest)
  case cancel(CancelRequest)
  case remove(RemoveRequest)
  case move(MoveRequest)
  case makeFolder(MakeFolderRequest)
  case status
  case accounts
  case accountRemove(NameRequest)
  case accountLimit(AccountLimitRequest)
  case accountSet(AccountSetRequest)
  case roleDefine(RoleDefineRequest)
  case roleShow(NameRequest)
  case roleList
  case roleRemove(NameRequest)
  case audit(AuditRequest)
  case time(TimeRequest)
  case inviteCreate(InviteCreateRequest)
  case tokenCreate(TokenCreateRequest)
  case tokenList
  case tokenRevoke(TokenRevokeRequest)
  case chatJoin(RoomRequest)
  case chatLeave(RoomRequest)
  case chatSend(ChatSendRequest)
  case chatHistory(ChatHistoryRequest)
  case chatWho(RoomRequest)
  case command(CommandOperation)
  /// An operation this version does not have.
  case unknown(String)

  /// Its name on the wire.
  public var name: String {
    switch self {
    case .hello: "hello"
    case .login: "login"
    case .join: "join"
    case .whoami: "whoami"
    case .ping: "ping"
    case .list: "list"
    case .tree: "tree"
    case .stat: "stat"
    case .get: "get"
    case .verify: "verify"
    case .put: "put"
    case .data: "data"
    case .commit: "commit"
    case .cancel: "cancel"
    case .remove: "remove"
    case .move: "move"
    case .makeFolder: "mkdir"
    case .status: "status"
    case .accounts: "accounts"
    case .accountRemove: "account.remove"
    case .accountLimit: "account.limit"
    case .accountSet: "account.set"
    case .roleDefine: "role.define"
    case .roleShow: "role.show"
    case .roleList: "role.list"
    case .roleRemove: "role.remove"
    case .audit: "audit"
    case .time: "time"
    case .inviteCreate: "invite.create"
    case .tokenCreate: "token.create"
    case .tokenList: "token.list"
    case .tokenRevoke: "token.revoke"
    case .chatJoin: "chat.join"
    case .chatLeave: "chat.leave"
    case .chatSend: "chat.send"
    case .chatHistory: "chat.history"
    case .chatWho: "chat.who"
    case .command(let operation): operation.name
    case .unknown(let name): name
    }
  }
}

/// The head of a message from client to server.
public struct Request: Hashable, Sendable {
  public var id: UInt64
  public var operation: Operation
  /// Bytes of the body that follows the head.
  public var body: Int

  public init(id: UInt64, _ operation: Operation, body: Int = 0) {
    self.id = id
    self.operation = operation
    self.body = body
  }
}

extension Request: Codable {
  private enum Key: String, CodingKey { case op, id, body }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    id = try container.decode(UInt64.self, forKey: .id)
    guard id <= LineProtocol.maximumID else {
      throw LineError(.badRequest, "an id is at most 2^53-1")
    }
    body = try container.decodeIfPresent(Int.self, forKey: .body) ?? 0
    let name = try container.decode(String.self, forKey: .op)
    operation =
      switch name {
      case "hello": .hello(try HelloRequest(from: decoder))
      case "login": .login(try LoginRequest(from: decoder))
      case "join": .join(try JoinRequest(from: decoder))
      case "whoami": .whoami
      case "ping": .ping
      case "list": .list(try ListRequest(from: decoder))
      case "tree": .tree(try TreeRequest(from: decoder))
      case "stat": .stat(try PathRequest(from: decoder))
      case "get": .get(try GetRequest(from: decoder))
      case "verify": .verify(try PathRequest(from: decoder))
      case "put": .put(try PutRequest(from: decoder))
      case "data": .data
      case "commit": .commit(try CommitRequest(from: decoder))
      case "cancel": .cancel(try CancelRequest(from: decoder))
      case "remove": .remove(try RemoveRequest(from: decoder))
      case "move": .move(try MoveRequest(from: decoder))
      case "mkdir": .makeFolder(try MakeFolderRequest(from: decoder))
      case "status": .status
      case "accounts": .accounts
      case "account.remove": .accountRemove(try NameRequest(from: decoder))
      case "account.limit": .accountLimit(try AccountLimitRequest(from: decoder))
      case "account.set": .accountSet(try AccountSetRequest(from: decoder))
      case "role.define": .roleDefine(try RoleDefineRequest(from: decoder))
      case "role.show": .roleShow(try NameRequest(from: decoder))
      case "role.list": .roleList
      case "role.remove": .roleRemove(try NameRequest(from: decoder))
      case "audit": .audit(try AuditRequest(from: decoder))
      case "time": .time(try TimeRequest(from: decoder))
      case "invite.create": .inviteCreate(try InviteCreateRequest(from: decoder))
      case "token.create": .tokenCreate(try TokenCreateRequest(from: decoder))
      case "token.list": .tokenList
      case "token.revoke": .tokenRevoke(try TokenRevokeRequest(from: decoder))
      case "chat.join": .chatJoin(try RoomRequest(from: decoder))
      case "chat.leave": .chatLeave(try RoomRequest(from: decoder))
      case "chat.send": .chatSend(try ChatSendRequest(from: decoder))
      case "chat.history": .chatHistory(try ChatHistoryRequest(from: decoder))
      case "chat.who": .chatWho(try RoomRequest(from: decoder))
      default: try CommandOperation(named: name, from: decoder).map { .command($0) } ?? .unknown(name)
      }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(operation.name, forKey: .op)
    try container.encode(id, forKey: .id)
    if body > 0 { try container.encode(body, forKey: .body) }
    switch operation {
    case .command(let operation): try operation.encode(to: encoder)
    case .hello(let fields): try fields.encode(to: encoder)
    case .login(let fields): try fields.encode(to: encoder)
    case .join(let fields): try fields.encode(to: encoder)
    case .list(let fields): try fields.encode(to: encoder)
    case .tree(let fields): try fields.encode(to: encoder)
    case .stat(let fields), .verify(let fields): try fields.encode(to: encoder)
    case .remove(let fields): try fields.encode(to: encoder)
    case .move(let fields): try fields.encode(to: encoder)
    case .makeFolder(let fields): try fields.encode(to: encoder)
    case .get(let fields): try fields.encode(to: encoder)
    case .put(let fields): try fields.encode(to: encoder)
    case .commit(let fields): try fields.encode(to: encoder)
    case .cancel(let fields): try fields.encode(to: encoder)
    case .accountRemove(let fields), .roleShow(let fields), .roleRemove(let fields): try fields.encode(to: encoder)
    case .accountLimit(let fields): try fields.encode(to: encoder)
    case .accountSet(let fields): try fields.encode(to: encoder)
    case .roleDefine(let fields): try fields.encode(to: encoder)
    case .audit(let fields): try fields.encode(to: encoder)
    case .time(let fields): try fields.encode(to: encoder)
    case .inviteCreate(let fields): try fields.encode(to: encoder)
    case .tokenCreate(let fields): try fields.encode(to: encoder)
    case .tokenRevoke(let fields): try fields.encode(to: encoder)
    case .chatJoin(let fields), .chatLeave(let fields), .chatWho(let fields): try fields.encode(to: encoder)
    case .chatSend(let fields): try fields.encode(to: encoder)
    case .chatHistory(let fields): try fields.encode(to: encoder)
    case .whoami, .ping, .data, .status, .accounts, .tokenList, .roleList, .unknown: break
    }
  }
}
