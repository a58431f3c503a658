public import LandlineProtocol

extension Connection {
  /// Who the server takes us for, with grants.
  public func whoami() async throws -> Welcome {
    let reply = try await request(.whoami).reply
    guard case .welcome(let welcome) = reply else { throw ClientError.unexpected(reply, to: "'whoami'") }
    return welcome
  }

  /// One portion of a folder's entries in byte order of their names, beginning behind the name `after`.
  public func list(
    _ path: String, after: String? = nil
  ) async throws -> (entries: [Entry], more: Bool) {
    let (reply, body) = try await request(.list(ListRequest(path: path, after: after)))
    guard case .entries(let answer) = reply else { throw ClientError.unexpected(reply, to: "'list'") }
    return (try decode([Entry].self, from: body), answer.more)
  }

  /// A file's or folder's status.
  public func stat(_ path: String) async throws -> Entry {
    let reply = try await request(.stat(PathRequest(path: path))).reply
    guard case .entry(let entry) = reply else { throw ClientError.unexpected(reply, to: "'stat'") }
    return entry
  }

  /// Removes a file or a folder; returns when that is durable.
  /// - Parameters:
  ///   - recursive: whether a folder goes with everything in it; without, it must be empty.
  ///   - progress: told how many names are gone, and of how many, while a large folder takes its time.
  public func remove(
    _ path: String, recursive: Bool = false, progress: (Int64, Int64) -> Void = { _, _ in }
  ) async throws {
    try await withRequest(.remove(RemoveRequest(path: path, recursive: recursive))) { request in
      while true {
        switch try await request.nextReply() {
        case .working(let answer): progress(answer.done, answer.total)
        case .removed: return
        case let reply: throw ClientError.unexpected(reply, to: "'remove'")
        }
      }
    }
  }

  /// Gives a file or a folder another path, in one step; folders missing on the way are made.
  /// - Parameter to: the new path, name included.
  /// - Returns: the path it got; `isMoved` is false when `ifExists` is `skip` and the name was taken.
  public func move(
    _ path: String, to: String, ifExists: IfExists = .fail
  ) async throws -> (path: String, isMoved: Bool) {
    let reply = try await request(.move(MoveRequest(path: path, to: to, ifExists: ifExists))).reply
    switch reply {
    case .moved(let answer): return (answer.path, true)
    case .skipped(let answer): return (answer.path, false)
    default: throw ClientError.unexpected(reply, to: "'move'")
    }
  }

  /// Makes a folder, and those above it that are missing.
  /// - Parameter ifExists: `fail` or `skip`.
  /// - Returns: false when it was there already and `ifExists` is `skip`.
  public func makeFolder(_ path: String, ifExists: IfExists = .fail) async throws -> Bool {
    let reply = try await request(.makeFolder(MakeFolderRequest(path: path, ifExists: ifExists))).reply
    switch reply {
    case .made: return true
    case .skipped: return false
    default: throw ClientError.unexpected(reply, to: "'mkdir'")
    }
  }

  /// Has the server read a file again and compare it with its record.
  /// - Parameter progress: bytes read, and in all; about every 5 seconds.
  public func verify(
    _ path: String, progress: (Int64, Int64) -> Void = { _, _ in }
  ) async throws -> VerifiedAnswer {
    try await withRequest(.verify(PathRequest(path: path))) { request in
      while true {
        switch try await request.nextReply() {
        case .working(let answer): progress(answer.done, answer.total)
        case .verified(let answer): return answer
        case let reply: throw ClientError.unexpected(reply, to: "'verify'")
        }
      }
    }
  }

  /// The server's state; for admins.
  public func status() async throws -> StatusAnswer {
    let reply = try await request(.status).reply
    guard case .status(let answer) = reply else { throw ClientError.unexpected(reply, to: "'status'") }
    return answer
  }

  /// The server's state and who is connected; for admins.
  public func statusWithConnections() async throws -> (status: StatusAnswer, connections: [ConnectionEntry]) {
    let (reply, body) = try await request(.status)
    guard case .status(let answer) = reply else { throw ClientError.unexpected(reply, to: "'status'") }
    return (answer, body.isEmpty ? [] : try decode([ConnectionEntry].self, from: body))
  }

  /// Bounds what an account may send a second, and receive; for admins.
  /// - Parameter rate: bytes a second, each way; 0 takes the bound away.
  public func limitAccount(_ name: String, rate: Int64) async throws -> LimitedAnswer {
    let reply = try await request(.accountLimit(AccountLimitRequest(name: name, rate: rate))).reply
    guard case .limited(let answer) = reply else { throw ClientError.unexpected(reply, to: "'account.limit'") }
    return answer
  }

  /// All accounts; for admins.
  public func accounts() async throws -> [AccountEntry] {
    let (reply, body) = try await request(.accounts)
    guard case .accounts(let answer) = reply else { throw ClientError.unexpected(reply, to: "'accounts'") }
    return try answer.accounts ?? decode([AccountEntry].self, from: body)
  }

  /// Removes an account with its devices, tokens and unfinished uploads; its connections end at once.
  public func removeAccount(_ name: String) async throws {
    try await expectRemoved(.accountRemove(NameRequest(name: name)))
  }

  /// A new invite; for admins.
  /// - Parameters:
  ///   - role: `member` when nil.
  ///   - seconds: how long it is good; a day when nil.
  public func createInvite(role: String? = nil, seconds: Int64? = nil) async throws -> InviteAnswer {
    let reply = try await request(
      .inviteCreate(InviteCreateRequest(role: role, expiresIn: seconds))
    ).reply
    guard case .invite(let answer) = reply else { throw ClientError.unexpected(reply, to: "'invite.create'") }
    return answer
  }

  /// A new access token, which is shown this once only.
  public func createToken(_ name: String, role: String? = nil) async throws -> TokenAnswer {
    let reply = try await request(.tokenCreate(TokenCreateRequest(name: name, role: role))).reply
    guard case .token(let answer) = reply else { throw ClientError.unexpected(reply, to: "'token.create'") }
    return answer
  }

  /// One's own tokens; an admin's answer has everybody's.
  public func tokens() async throws -> [TokenEntry] {
    let (reply, body) = try await request(.tokenList)
    guard case .tokens(let answer) = reply else { throw ClientError.unexpected(reply, to: "'token.list'") }
    return try answer.tokens ?? decode([TokenEntry].self, from: body)
  }

  /// Ends a token.
  /// - Parameter account: whose; one's own when nil.
  public func revokeToken(_ name: String, account: String? = nil) async throws {
    try await expectRemoved(.tokenRevoke(TokenRevokeRequest(name: name, account: account)))
  }

  func expectRemoved(_ operation: Operation) async throws {
    let reply = try await request(operation).reply
    guard case .removed = reply else { throw ClientError.unexpected(reply, to: "'\(operation.name)'") }
  }

  func decode<Value: Decodable>(_ type: Value.Type, from body: [UInt8]) throws -> Value {
    do {
      return try JSON.decode(type, from: body)
    } catch {
      throw ClientError(.badAnswer, "the server sent a list that cannot be read: \(error.message)")
    }
  }
}
