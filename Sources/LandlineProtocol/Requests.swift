// The fields of each operation that has any (docs/PROTOCOL.md sections 4 and 6). Absent is nil.

public struct HelloRequest: Hashable, Sendable, Codable {
  public var versions: [Int]
  public var software: String?
  public var features: [String]?

  public init(versions: [Int], software: String, features: [String] = []) {
    self.versions = versions
    self.software = software
    self.features = features
  }
}

/// A login by device key, access token, or (on the control socket) the secret.
public struct LoginRequest: Hashable, Sendable, Codable {
  public var device: String?
  public var signature: String?
  public var token: String?
  public var secret: String?

  public init(device: String, signature: [UInt8]) {
    self.device = device
    self.signature = Base64.encode(signature)
  }

  public init(token: String) { self.token = token }

  public init(secret: String) { self.secret = secret }
}

public struct JoinRequest: Hashable, Sendable, Codable {
  public var invite: String
  public var name: String
  public var deviceName: String
  public var publicKey: String
  public var signature: String

  public init(
    invite: String, name: String, deviceName: String, publicKey: [UInt8], signature: [UInt8]
  ) {
    self.invite = invite
    self.name = name
    self.deviceName = deviceName
    self.publicKey = Base64.encode(publicKey)
    self.signature = Base64.encode(signature)
  }
}

/// The fields of `stat` and `verify`.
public struct PathRequest: Hashable, Sendable, Codable {
  public var path: String

  public init(path: String) { self.path = path }
}

public struct ListRequest: Hashable, Sendable, Codable {
  public var path: String
  public var after: String?

  public init(path: String, after: String? = nil) {
    self.path = path
    self.after = after
  }
}

public struct TreeRequest: Hashable, Sendable, Codable {
  public var path: String
  /// Whether each file is to come with its SHA-256, computed where it is not on record.
  public var sha256: Bool?

  public init(path: String, sha256: Bool = false) {
    self.path = path
    self.sha256 = sha256 ? true : nil
  }
}

public struct RemoveRequest: Hashable, Sendable, Codable {
  public var path: String
  /// Whether a folder goes with everything in it.
  public var recursive: Bool?

  public init(path: String, recursive: Bool = false) {
    self.path = path
    self.recursive = recursive ? true : nil
  }
}

public struct MoveRequest: Hashable, Sendable, Codable {
  public var path: String
  /// The new path, name included.
  public var to: String
  public var ifExists: String?

  public init(path: String, to: String, ifExists: IfExists = .fail) {
    self.path = path
    self.to = to
    self.ifExists = ifExists == .fail ? nil : ifExists.rawValue
  }
}

/// The fields of `mkdir`.
public struct MakeFolderRequest: Hashable, Sendable, Codable {
  public var path: String
  /// `fail` or `skip`.
  public var ifExists: String?

  public init(path: String, ifExists: IfExists = .fail) {
    self.path = path
    self.ifExists = ifExists == .fail ? nil : ifExists.rawValue
  }
}

public struct GetRequest: Hashable, Sendable, Codable {
  public var path: String
  public var offset: Int64?
  public var prefixSha256: Digest256?
  /// Whether a file of at most 1 MiB is to come in one message.
  public var whole: Bool?

  public init(
    path: String, offset: Int64 = 0, prefixSha256: Digest256? = nil, whole: Bool = false
  ) {
    self.path = path
    self.whole = whole ? true : nil
    if offset > 0 {
      self.offset = offset
      self.prefixSha256 = prefixSha256
    }
  }
}

public struct PutRequest: Hashable, Sendable, Codable {
  public var path: String
  public var size: Int64?
  public var mtime: Int64?
  public var mtimeNanos: Int32?
  public var executable: Bool?
  public var ifExists: String?
  public var resume: Bool?
  public var sha256: Digest256?
  public var again: Bool?

  public init(path: String) { self.path = path }

  /// The time of change to keep with the file.
  /// - Throws: `bad-request`.
  public func modified() throws(LineError) -> FileTime? {
    try FileTime(wireSeconds: mtime, nanoseconds: mtimeNanos)
  }

  public mutating func setModified(_ time: FileTime) {
    mtime = time.seconds
    mtimeNanos = time.nanoseconds
  }

  /// Whether the file travels in this message's own body.
  public var isWhole: Bool {
    guard let size, sha256 != nil else { return false }
    return (0...Int64(LineProtocol.maximumWhole)).contains(size)
  }
}

public struct CommitRequest: Hashable, Sendable, Codable {
  public var sha256: Digest256

  public init(sha256: Digest256) { self.sha256 = sha256 }
}

public struct CancelRequest: Hashable, Sendable, Codable {
  public var discard: Bool?

  public init(discard: Bool = false) { self.discard = discard ? true : nil }
}

public struct InviteCreateRequest: Hashable, Sendable, Codable {
  public var role: String?
  public var expiresIn: Int64?

  public init(role: String?, expiresIn: Int64?) {
    self.role = role
    self.expiresIn = expiresIn
  }
}

public struct TokenCreateRequest: Hashable, Sendable, Codable {
  public var name: String
  public var role: String?

  public init(name: String, role: String?) {
    self.name = name
    self.role = role
  }
}

public struct TokenRevokeRequest: Hashable, Sendable, Codable {
  public var name: String
  /// Whose token; the caller's own when absent.
  public var account: String?

  public init(name: String, account: String?) {
    self.name = name
    self.account = account
  }
}

public struct AccountLimitRequest: Hashable, Sendable, Codable {
  public var name: String
  /// Bytes a second, each way; 0: as many as everybody.
  public var rate: Int64

  public init(name: String, rate: Int64) {
    self.name = name
    self.rate = rate
  }
}

public struct NameRequest: Hashable, Sendable, Codable {
  public var name: String

  public init(name: String) { self.name = name }
}
