// The fields of each answer that has any (docs/PROTOCOL.md sections 4 and 6). Absent is nil.

public struct HelloAnswer: Hashable, Sendable, Codable {
  public struct Limits: Hashable, Sendable, Codable {
    public var head = LineProtocol.maximumHead
    public var body = LineProtocol.maximumBody
    public var requests = LineProtocol.maximumOpenRequests

    public init() {}
  }

  public var version: Int
  public var software: String
  public var features: [String]
  /// 32 random bytes in base64.
  public var nonce: String
  public var limits: Limits

  public init(software: String, nonce: [UInt8]) {
    version = LineProtocol.version
    self.software = software
    features = []
    self.nonce = Base64.encode(nonce)
    limits = Limits()
  }
}

public struct Welcome: Hashable, Sendable, Codable {
  public var account: String
  public var role: String
  public var server: String
  public var device: String?
  /// Only in the answer to `whoami`.
  public var grants: [String]?
  /// For a token with another role than its account's: what the account's role allows. The token may do what both do.
  public var within: [String]?
  /// Only in the answer to `whoami`: the most bytes that the account may have stored, and those that it has, where the
  /// server knows.
  public var quota: Int64?
  public var stored: Int64?

  public init(
    account: String, role: String, server: String, device: String?, grants: [String]? = nil, within: [String]? = nil
  ) {
    self.within = within
    self.account = account
    self.role = role
    self.server = server
    self.device = device
    self.grants = grants
  }
}

public struct WorkingAnswer: Hashable, Sendable, Codable {
  /// Bytes.
  public var done: Int64
  public var total: Int64

  public init(done: Int64, total: Int64) {
    self.done = done
    self.total = total
  }
}

public struct ReadyAnswer: Hashable, Sendable, Codable {
  public var offset: Int64
  public var prefixSha256: Digest256

  public init(offset: Int64, prefixSha256: Digest256) {
    self.offset = offset
    self.prefixSha256 = prefixSha256
  }
}

public struct StoredAnswer: Hashable, Sendable, Codable {
  public var path: String
  public var size: Int64
  public var sha256: Digest256

  public init(path: String, size: Int64, sha256: Digest256) {
    self.path = path
    self.size = size
    self.sha256 = sha256
  }
}

public struct PathAnswer: Hashable, Sendable, Codable {
  public var path: String

  public init(path: String) { self.path = path }
}

public struct FileAnswer: Hashable, Sendable, Codable {
  public var size: Int64
  public var mtime: Int64
  public var mtimeNanos: Int32
  public var executable: Bool
  public var offset: Int64
  public var sha256: Digest256?

  public init(
    size: Int64, modified: FileTime, executable: Bool, offset: Int64, sha256: Digest256?
  ) {
    self.size = size
    mtime = modified.seconds
    mtimeNanos = modified.nanoseconds
    self.executable = executable
    self.offset = offset
    self.sha256 = sha256
  }

  /// - Throws: `bad-request`.
  public func modified() throws(LineError) -> FileTime? {
    try FileTime(wireSeconds: mtime, nanoseconds: mtimeNanos)
  }
}

public struct EndAnswer: Hashable, Sendable, Codable {
  public var sha256: Digest256

  public init(sha256: Digest256) { self.sha256 = sha256 }
}

/// A name's status: in the body of `entries` with `name`, as the answer to `stat` with `path`.
public struct Entry: Hashable, Sendable, Codable {
  public var name: String?
  public var path: String?
  /// `file`, `folder` or `other`.
  public var kind: String
  public var size: Int64?
  public var mtime: Int64
  public var mtimeNanos: Int32
  public var executable: Bool?
  public var sha256: Digest256?

  public init(name: String? = nil, path: String? = nil, kind: String, modified: FileTime) {
    self.name = name
    self.path = path
    self.kind = kind
    mtime = modified.seconds
    mtimeNanos = modified.nanoseconds
  }
}

public struct EntriesAnswer: Hashable, Sendable, Codable {
  public var more: Bool

  public init(more: Bool) { self.more = more }
}

/// What a `tree` had in all.
public struct TreeAnswer: Hashable, Sendable, Codable {
  public var files: Int64
  public var folders: Int64
  /// The files' bytes.
  public var bytes: Int64
  /// Names that were left out because they have no path; nil: none.
  public var omitted: Int64?

  public init(files: Int64, folders: Int64, bytes: Int64, omitted: Int64? = nil) {
    self.files = files
    self.folders = folders
    self.bytes = bytes
    self.omitted = omitted
  }
}

/// An account's limit as it is now.
public struct LimitedAnswer: Hashable, Sendable, Codable {
  public var name: String
  /// Bytes a second, each way; 0: as many as everybody.
  public var rate: Int64

  public init(name: String, rate: Int64) {
    self.name = name
    self.rate = rate
  }
}

/// The outcome of `verify`.
public struct VerifiedAnswer: Hashable, Sendable, Codable {
  public enum Verdict: String, Hashable, Sendable, Codable {
    case intact, changed, damaged, new
  }

  public var path: String
  public var size: Int64
  public var sha256: Digest256
  public var recorded: Digest256?
  public var verdict: Verdict

  public init(
    path: String, size: Int64, sha256: Digest256, recorded: Digest256?, verdict: Verdict
  ) {
    self.path = path
    self.size = size
    self.sha256 = sha256
    self.recorded = recorded
    self.verdict = verdict
  }
}

public struct StatusAnswer: Hashable, Sendable, Codable {
  public var version: String
  /// Seconds.
  public var uptime: Int64
  public var connections: Int
  public var transfers: Int
  public var listening: String
  public var fingerprint: Digest256
  public var freeBytes: Int64
  public var totalBytes: Int64
  /// Bytes of bodies since the start: in, and out.
  public var received: Int64
  public var sent: Int64
  /// Bytes of bodies a second, over the last seconds: in, and out.
  public var receiveRate: Int64
  public var sendRate: Int64

  public init(
    version: String, uptime: Int64, connections: Int, transfers: Int, listening: String,
    fingerprint: Digest256, freeBytes: Int64, totalBytes: Int64, received: Int64, sent: Int64,
    receiveRate: Int64, sendRate: Int64
  ) {
    self.version = version
    self.uptime = uptime
    self.connections = connections
    self.transfers = transfers
    self.listening = listening
    self.fingerprint = fingerprint
    self.freeBytes = freeBytes
    self.totalBytes = totalBytes
    self.received = received
    self.sent = sent
    self.receiveRate = receiveRate
    self.sendRate = sendRate
  }
}

/// A logged-in connection, in the body of `status`.
public struct ConnectionEntry: Hashable, Sendable, Codable {
  public var account: String
  public var device: String?
  /// The client's address; absent on the control socket.
  public var peer: String?
  /// When it was accepted.
  public var since: Int64
  public var received: Int64
  public var sent: Int64
  public var receiveRate: Int64
  public var sendRate: Int64
  public var transfers: [TransferEntry]
  /// Small files that go in one message each, and are not answered yet; nil: none.
  public var small: Int?

  public init(
    account: String, device: String?, peer: String?, since: Int64, received: Int64, sent: Int64,
    receiveRate: Int64, sendRate: Int64, transfers: [TransferEntry], small: Int = 0
  ) {
    self.account = account
    self.device = device
    self.peer = peer
    self.since = since
    self.received = received
    self.sent = sent
    self.receiveRate = receiveRate
    self.sendRate = sendRate
    self.transfers = transfers
    self.small = small > 0 ? small : nil
  }
}

/// A transfer that is under way.
public struct TransferEntry: Hashable, Sendable, Codable {
  /// The request's operation.
  public var op: String
  public var path: String
  public var done: Int64
  public var size: Int64?

  public init(op: String, path: String, done: Int64, size: Int64?) {
    self.op = op
    self.path = path
    self.done = done
    self.size = size
  }
}

public struct AccountEntry: Hashable, Sendable, Codable {
  public var name: String
  public var role: String
  public var created: Int64
  public var seen: Int64?
  public var devices: Int
  /// Bytes a second, each way; absent: as many as everybody.
  public var rate: Int64?

  public init(
    name: String, role: String, created: Int64, seen: Int64?, devices: Int, rate: Int64? = nil
  ) {
    self.rate = rate
    self.name = name
    self.role = role
    self.created = created
    self.seen = seen
    self.devices = devices
  }
}

/// The list is nil when it travels as the body.
public struct AccountsAnswer: Hashable, Sendable, Codable {
  public var accounts: [AccountEntry]?

  public init(accounts: [AccountEntry]?) { self.accounts = accounts }
}

public struct InviteAnswer: Hashable, Sendable, Codable {
  public var invite: String
  public var role: String
  public var expires: Int64

  public init(invite: String, role: String, expires: Int64) {
    self.invite = invite
    self.role = role
    self.expires = expires
  }
}

public struct TokenAnswer: Hashable, Sendable, Codable {
  public var name: String
  public var token: String
  public var role: String

  public init(name: String, token: String, role: String) {
    self.name = name
    self.token = token
    self.role = role
  }
}

public struct TokenEntry: Hashable, Sendable, Codable {
  public var name: String
  public var account: String
  public var role: String
  public var created: Int64

  public init(name: String, account: String, role: String, created: Int64) {
    self.name = name
    self.account = account
    self.role = role
    self.created = created
  }
}

/// The list is nil when it travels as the body.
public struct TokensAnswer: Hashable, Sendable, Codable {
  public var tokens: [TokenEntry]?

  public init(tokens: [TokenEntry]?) { self.tokens = tokens }
}
