public import LandlineClient
public import LandlineProtocol
import LandlineServer
import Synchronization

/// A server that runs for a test, made by ``withServer(configure:logger:_:)``.
public final class TestServer: Sendable {
  /// The address it listens on.
  public let address: HostPort
  /// SHA-256 of its certificate, by which clients know it.
  public let fingerprint: Digest256
  /// Its data folder; the stored files are in `files` below it.
  public let dataFolder: String
  private let names = Mutex(0)

  init(_ started: LandlineServer.Started, data: String) throws {
    guard let address = HostPort(started.listening, defaultPort: 0) else {
      throw ServerError("the server listens on '\(started.listening)', which is no address")
    }
    self.address = address
    fingerprint = started.fingerprint
    dataFolder = data
  }

  /// The folder of the stored files: plain files that a test may look at and change.
  public var filesFolder: String { dataFolder + "/files" }

  /// The operator's way in, the control socket: it may do everything and has no account.
  public var local: LandlineClient {
    LandlineClient(endpoint: .control(dataFolder: dataFolder), credentials: .controlSecret)
  }

  /// An invite, good once.
  /// - Parameter role: `admin`, `member` or `guest`.
  public func invite(role: String = "member") async throws -> Invite {
    let answer = try await local.withConnection { try await $0.createInvite(role: role) }
    var invite = try Invite(answer.invite)
    // Whatever the server advertises, here it is where it listens.
    invite.host = address.host
    invite.port = address.port
    return invite
  }

  /// Makes an account with a device key.
  /// - Returns: a client that logs in with that key.
  @discardableResult
  public func join(name: String, role: String = "member") async throws -> LandlineClient {
    let invite = try await invite(role: role)
    let key = DeviceKey()
    _ = try await LandlineClient.join(invite, account: name, deviceName: "test", key: key)
    return LandlineClient(endpoint: Endpoint(invite), credentials: .device(key))
  }

  /// A client with an account of its own, whatever its name.
  public func client(role: String = "member") async throws -> LandlineClient {
    let number = names.withLock { names in
      names += 1
      return names
    }
    return try await join(name: "\(role)\(number)", role: role)
  }
}
