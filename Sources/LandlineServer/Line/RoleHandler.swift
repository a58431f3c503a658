import LandlineProtocol
import LandlineServices
import Logging
import NIOCore

/// Runs the requests about roles and the audit log: calls the service, sends what it answers.
struct RoleHandler: Sendable {
  let session: LineSession
  let principal: Principal
  let id: UInt64
  let answers: RequestAnswers
  let isCancelled: CancelFlag

  private var accounts: AccountService { session.services.accounts }

  /// - Throws: `unsupported` for what is none of these.
  func answer(_ operation: LandlineProtocol.Operation) async throws {
    switch operation {
    case .accountSet(let fields):
      let account = try await accounts.setRole(fields.role, ofAccount: fields.name, by: principal)
      note("account changed", ["name": "\(account.name)", "role": "\(account.role)"])
      session.audit("account.set", by: principal, ["name": .text(account.name), "to": .text(account.role)])
      try await answers.send(.account(account))
    case .roleDefine(let fields):
      let role = try await accounts.defineRole(fields, by: principal)
      note("role defined", ["name": "\(role.name)"])
      session.audit(
        "role.define", by: principal,
        ["name": .text(role.name), "parents": .list(role.parents), "grants": .list(role.grants)])
      try await answers.send(.role(role))
    case .roleShow(let fields): try await answers.send(.role(try accounts.showRole(named: fields.name, by: principal)))
    case .roleList:
      try await session.bulkAnswers.withSlot {
        let roles = try await accounts.listRoles(by: principal)
        try await answers.send(
          roles, whole: .roles(RolesAnswer(roles: roles)), asBody: .roles(RolesAnswer(roles: nil)))
      }
    case .roleRemove(let fields):
      try await accounts.removeRole(named: fields.name, by: principal)
      note("role removed", ["name": "\(fields.name)"])
      session.audit("role.remove", by: principal, ["name": .text(fields.name)])
      try await answers.send(.removed)
    case .audit(let fields): try await audit(fields)
    default:
      throw LineError(.unsupported, "there is no operation '\(printable(operation.name))'")
    }
  }

  /// How many bytes of the audit log go in one message, about.
  private static let piece = 262_144

  private func audit(_ fields: AuditRequest) async throws {
    try principal.requireAdmin(to: "read the audit log")
    let reader = try await session.services.audit.reader(since: fields.since, account: fields.account)
    let heartbeat = Heartbeat(session.sender, id: id)
    var count: Int64 = 0
    var lines: [UInt8] = []
    func send() async throws {
      guard !lines.isEmpty else { return }
      count += Int64(lines.count { $0 == UInt8(ascii: "\n") })
      try await session.bulkAnswers.withSlot { try await answers.send(.events, body: ByteBuffer(bytes: lines)) }
      lines = []
    }
    while let found = try reader.next() {
      try isCancelled.check()
      lines += found
      if lines.count >= Self.piece { try await send() }
      try await heartbeat.beat(done: count, total: 0)
      await Task.yield()
    }
    try await send()
    try await answers.send(.audit(AuditAnswer(count: count)))
  }

  private func note(_ message: Logger.Message, _ details: Logger.Metadata) {
    session.logger.notice(message, metadata: details.merging(["account": "\(principal.account)"]) { own, _ in own })
  }
}
