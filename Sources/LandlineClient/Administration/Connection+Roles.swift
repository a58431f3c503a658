public import LandlineProtocol
import NIOCore

extension Connection {
  /// Defines a role, or defines it anew; for admins. It counts at once, also on open connections.
  /// - Parameters:
  ///   - parents: the one that speaks first at the front.
  ///   - grants: such as `files.read=videos/**`.
  public func defineRole(_ name: String, parents: [String], grants: [String]) async throws -> RoleAnswer {
    try await role(.roleDefine(RoleDefineRequest(name: name, parents: parents, grants: grants)))
  }

  /// A role, its linearization, and where what it allows comes from; for admins.
  public func role(named name: String) async throws -> RoleAnswer {
    try await role(.roleShow(NameRequest(name: name)))
  }

  private func role(_ operation: Operation) async throws -> RoleAnswer {
    let reply = try await request(operation).reply
    guard case .role(let answer) = reply else { throw ClientError.unexpected(reply, to: "'\(operation.name)'") }
    return answer
  }

  /// All roles; for admins.
  public func roles() async throws -> [RoleEntry] {
    let (reply, body) = try await request(.roleList)
    guard case .roles(let answer) = reply else { throw ClientError.unexpected(reply, to: "'role.list'") }
    return try answer.roles ?? decode([RoleEntry].self, from: body)
  }

  /// Removes a role that nobody has, and no other is built on; for admins.
  public func removeRole(_ name: String) async throws {
    try await expectRemoved(.roleRemove(NameRequest(name: name)))
  }

  /// Gives an account another role, which counts at once; for admins.
  public func setRole(_ role: String, ofAccount name: String) async throws -> AccountEntry {
    let reply = try await request(.accountSet(AccountSetRequest(name: name, role: role))).reply
    guard case .account(let answer) = reply else { throw ClientError.unexpected(reply, to: "'account.set'") }
    return answer
  }

  /// Reads the audit log, oldest first; for admins.
  /// - Parameters:
  ///   - since: seconds since 1970; nil: all that is kept.
  ///   - account: of whom; nil: of everybody.
  ///   - take: gets whole lines, each with its newline.
  public func audit(since: Int64? = nil, account: String? = nil, _ take: ([UInt8]) throws -> Void) async throws {
    try await withRequest(.audit(AuditRequest(since: since, account: account))) { request in
      var body: [UInt8] = []
      var missing = 0
      while true {
        switch try await request.next() {
        case .reply(.events, let length):
          body.removeAll(keepingCapacity: true)
          missing = length
        case .slice(let slice):
          body += slice.readableBytesView
          missing -= slice.readableBytes
          if missing == 0 { try take(body) }
        case .reply(.working, _): break
        case .reply(.audit, _): return
        case .reply(let reply, _): throw ClientError.unexpected(reply, to: "'audit'")
        }
      }
    }
  }
}
