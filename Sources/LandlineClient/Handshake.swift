import LandlineProtocol
import LandlineTransport

/// The first messages of a connection, one after the other: hello, then login or join.
struct Handshake: ~Copyable {
  private let fresh: FreshLine
  private let place: String
  private var nextID: UInt64 = 0
  private var nonce: [UInt8] = []

  init(_ fresh: FreshLine, place: String) {
    self.fresh = fresh
    self.place = place
  }

  mutating func hello() async throws {
    let reply = try await ask(
      .hello(HelloRequest(versions: [LineProtocol.version], software: Software.name)))
    guard case .hello(let answer) = reply, answer.version == LineProtocol.version,
      let nonce = Base64.decode(answer.nonce), nonce.count == 32
    else { throw ClientError.unexpected(reply, to: "'hello'") }
    self.nonce = nonce
  }

  mutating func login(_ credentials: Credentials, to endpoint: Endpoint) async throws -> Welcome {
    let request: LoginRequest
    switch (credentials, endpoint) {
    case (.device(let key), _):
      request = LoginRequest(device: key.deviceID, signature: try sign(key))
    case (.token(let token), _):
      request = LoginRequest(token: token)
    case (.controlSecret, .control(let folder)):
      request = LoginRequest(secret: try ControlSocket.secret(folder))
    case (.controlSecret, .line):
      throw ClientError(.usage, "the control secret is for the control socket only")
    }
    do {
      return try welcome(await ask(.login(request)), to: "'login'")
    } catch var error as ClientError where error.refusal?.code == .unauthenticated {
      switch credentials {
      case .device: break
      case .token: error.advice = "Make a new one with 'landline token create NAME', and set LANDLINE_TOKEN to it"
      case .controlSecret: error.advice = "The server may have been started anew at this moment: try again"
      }
      throw error
    }
  }

  mutating func join(_ request: JoinIntent) async throws -> Welcome {
    let join = JoinRequest(
      invite: request.token, name: request.account, deviceName: request.deviceName,
      publicKey: request.key.publicBytes, signature: try sign(request.key))
    return try welcome(await ask(.join(join)), to: "'join'")
  }

  private func welcome(_ reply: Reply, to what: String) throws -> Welcome {
    guard case .welcome(let welcome) = reply else {
      throw ClientError.unexpected(reply, to: what)
    }
    return welcome
  }

  private func sign(_ key: DeviceKey) throws -> [UInt8] {
    guard let server = fresh.server else {
      throw ClientError(.usage, "the control socket takes no device keys")
    }
    return try key.signature(server: server, nonce: nonce)
  }

  private mutating func ask(_ operation: Operation) async throws -> Reply {
    let id = nextID
    nextID += 1
    let head = try MessageHead.encode(Request(id: id, operation))
    do {
      try await fresh.line.send(head: head)
    } catch let error as CancellationError {
      throw error
    } catch {
      // However the connection broke, the server may have said why before: read on.
    }
    let answer = try await nextAnswer()
    if case .error(let error) = answer.reply { throw ClientError(error) }
    guard answer.id == id else {
      throw ClientError(.badAnswer, "\(place) answers what it was not asked")
    }
    return answer.reply
  }

  private func nextAnswer() async throws -> Answer {
    var answer: Answer?
    do {
      while let event = try await fresh.line.next() {
        switch event {
        case .head(let bytes, _): answer = try JSON.decode(Answer.self, from: bytes)
        case .body: break
        case .end: if let answer { return answer }
        }
      }
    } catch let error as LineError {
      throw ClientError(
        .badAnswer, "\(place) sent something that is not the line protocol: \(error.message)")
    } catch let error as CancellationError {
      throw error
    } catch {
      throw ClientError(
        .cannotConnect, "cannot connect to \(place): \(ConnectFailure.describe(error))")
    }
    throw ClientError(
      .cannotConnect, "cannot connect to \(place): it closed the connection before the login")
  }
}

/// What a device says to join.
struct JoinIntent: Sendable {
  var token: String
  var account: String
  var deviceName: String
  var key: DeviceKey
}
