import LandlineProtocol
import LandlineServices
import Logging
import NIOCore

/// Runs the requests about the server and its people: calls the service, sends what it answers, tells the log.
struct AdministrationHandler: Sendable {
  let session: LineSession
  let principal: Principal
  let answers: RequestAnswers

  private var accounts: AccountService { session.services.accounts }

  /// - Throws: `unsupported` for what is none of these.
  func answer(_ operation: LandlineProtocol.Operation) async throws {
    switch operation {
    case .status: try await status()
    case .accounts:
      try await session.bulkAnswers.withSlot {
        let list = try await accounts.accounts(by: principal)
        try await answers.send(
          list, whole: .accounts(AccountsAnswer(accounts: list)), asBody: .accounts(AccountsAnswer(accounts: nil)))
      }
    case .accountRemove(let fields):
      let removed = try await accounts.removeAccount(named: fields.name, by: principal)
      try await session.services.files.dropUploads(ofAccount: removed)
      note("account removed", ["name": "\(fields.name)"])
      session.audit("account.remove", by: principal, ["name": .text(fields.name)])
      try await answers.send(.removed)
    case .accountLimit(let fields):
      let limited = try await accounts.limitAccount(named: fields.name, rate: fields.rate, by: principal)
      note("account limited", ["name": "\(limited.name)", "rate": "\(limited.rate)"])
      session.audit("account.limit", by: principal, ["name": .text(limited.name), "rate": .number(limited.rate)])
      try await answers.send(.limited(limited))
    case .inviteCreate(let fields):
      let invite = try await accounts.createInvite(role: fields.role, lifetime: fields.expiresIn, by: principal)
      note("invite created", ["role": "\(invite.role)", "expires": "\(invite.expires)"])
      session.audit(
        "invite.create", by: principal, ["to": .text(invite.role), "expires": .number(invite.expires)])
      try await answers.send(.invite(invite))
    case .tokenCreate(let fields):
      let token = try await accounts.createToken(named: fields.name, role: fields.role, by: principal)
      note("token created", ["name": "\(token.name)", "role": "\(token.role)"])
      session.audit("token.create", by: principal, ["name": .text(token.name), "to": .text(token.role)])
      try await answers.send(.token(token))
    case .tokenList:
      try await session.bulkAnswers.withSlot {
        let list = try await accounts.tokens(by: principal)
        try await answers.send(
          list, whole: .tokens(TokensAnswer(tokens: list)), asBody: .tokens(TokensAnswer(tokens: nil)))
      }
    case .tokenRevoke(let fields):
      try await accounts.revokeToken(named: fields.name, of: fields.account, by: principal)
      note("token revoked", ["name": "\(fields.name)", "owner": "\(fields.account ?? principal.account)"])
      session.audit(
        "token.revoke", by: principal,
        ["name": .text(fields.name), "owner": .text(fields.account ?? principal.account)])
      try await answers.send(.removed)
    default:
      throw LineError(.unsupported, "there is no operation '\(printable(operation.name))'")
    }
  }

  private func status() async throws {
    try principal.requireAdmin(to: "see the server's status")
    let report = StatusReport(status: session.services.status)
    let answer = report.answer(space: try session.services.files.space())
    try await session.bulkAnswers.withSlot {
      try await answers.send(.status(answer), body: report.connections())
    }
  }

  /// Who may come in, and what they may, is changed rarely, and operators want to know by whom.
  private func note(_ message: Logger.Message, _ details: Logger.Metadata) {
    session.logger.notice(message, metadata: details.merging(["account": "\(principal.account)"]) { own, _ in own })
  }
}
