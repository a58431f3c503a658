import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline join`.
struct JoinCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "join",
    abstract: "Join a server with an invite.",
    usage: "landline join INVITE [--name NAME] [--as SERVER]",
    discussion: """
      Makes an account and a key for this device; there is no password. The key stays in \
      ~/.config/landline, readable for you alone. '-' reads the invite from standard input, where no \
      list of processes shows it. An invite has a '#', so quote it.

      Examples:
        landline join 'INVITE' --as porch
        echo 'INVITE' | landline join - --name ada
      """)

  @Argument(help: "The invite, or '-'.")
  var invite: String

  @Option(help: "The name of the new account. (default: your login name)")
  var name: String?

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("Your own name for the server. (default: its host)", valueName: "server-name"))
  var serverName: String?

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  private struct Joined: Encodable {
    var name: String
    var address: String
    var account: String
    var role: String
    var server: String
    var device: String
    var replaced: [String]?
  }

  func run() async throws {
    let invite = try parse(invite == "-" ? readInvite() : invite)
    let book = try ServerBook()
    let account = try checkedNames()
    let earlier = try await EarlierRecords.find(for: invite, in: book)
    if let (answered, welcome) = earlier.answered {
      var record = answered
      // The answer to an earlier try was lost, and nothing else.
      if let serverName, serverName != record.name {
        try checkFree(serverName, book, [])
        try book.remove(record.name)
        record.name = serverName
      }
      try save(record, in: book)
      return say(record, welcome, replaced: [])
    }
    if let living = earlier.living, serverName == nil {
      throw ClientError(
        .exists,
        "this server is joined already, as '\(living.name)' with the account '\(living.account)', and that works; "
          + "the invite was not used: for a second account give the server a second name with --as NAME, or run "
          + "'landline leave \(living.name)' first")
    }
    try await join(invite, as: account, in: book, replacing: earlier.dead)
  }

  private func join(
    _ invite: Invite, as account: String, in book: ServerBook, replacing dead: [ServerRecord]
  ) async throws {
    // Saved before the server is asked: should its answer be lost, the same command can ask again.
    var record = try pendingRecord(for: invite, account, in: book, replacing: dead)
    try book.save(record)
    let welcome: Welcome
    do {
      welcome = try await LandlineClient.join(
        invite, account: record.account, deviceName: LocalIdentity.machineName(), key: record.key)
    } catch let error as ClientError {
      if error.refusal != nil || error.code == .notTrusted { try forget(record, in: book, keeping: dead) }
      throw Self.explain(error)
    }
    record.account = welcome.account
    try save(record, in: book)
    for old in dead where old.name != record.name { try book.remove(old.name) }
    say(record, welcome, replaced: dead.map(\.name))
  }

  private func save(_ record: ServerRecord, in book: ServerBook) throws {
    var record = record
    record.pendingInvite = nil
    try book.save(record)
  }

  /// Takes back what was saved for a join that was refused.
  private func forget(_ record: ServerRecord, in book: ServerBook, keeping dead: [ServerRecord]) throws {
    if let old = dead.first(where: { $0.name == record.name }) {
      try book.save(old)
    } else {
      try book.remove(record.name)
    }
  }

  private func say(_ record: ServerRecord, _ welcome: Welcome, replaced: [String]) {
    if json {
      JSONLine.write(
        Joined(
          name: record.name, address: record.address, account: welcome.account, role: welcome.role,
          server: welcome.server, device: record.key.deviceID, replaced: replaced.isEmpty ? nil : replaced))
      return
    }
    Screen.shared.out(
      "joined \(record.name) as \(printable(welcome.account)) (\(printable(welcome.role)))")
    for name in replaced {
      Screen.shared.note("this replaces '\(name)', an earlier entry for the same server that no longer worked")
    }
  }

  // MARK: What was given

  private func parse(_ text: String) throws -> Invite {
    let invite: Invite
    do throws(LineError) {
      invite = try Invite(text)
    } catch {
      throw ClientError(.usage, "that is not an invite: \(error.message)")
    }
    guard invite.token != nil else {
      throw ClientError(
        .usage,
        "that is an address and no invite: what stands behind the '.' is missing. Was it quoted? An invite has a "
          + "'#', at which some programs cut it")
    }
    return invite
  }

  private func checkedNames() throws -> String {
    let account = try name ?? LocalIdentity.loginName()
    do throws(LineError) {
      try Name.check(account, as: "an account")
      if let serverName { try Name.check(serverName, as: "a server") }
    } catch {
      throw ClientError(
        .usage, name == nil && serverName == nil ? "\(error.message); choose one with --name" : error.message)
    }
    return account
  }

  private func pendingRecord(
    for invite: Invite, _ account: String, in book: ServerBook, replacing dead: [ServerRecord]
  ) throws -> ServerRecord {
    let digest = Digest256(hashing: (invite.token ?? "").utf8)
    // The same invite again: with the same key, for it may have been used by that.
    if var begun = dead.first(where: { $0.pendingInvite == digest }) {
      begun.account = account
      begun.host = invite.host
      begun.port = invite.port
      begun.trust = invite.trust
      if let serverName, serverName != begun.name {
        try checkFree(serverName, book, dead)
        try book.remove(begun.name)
        begun.name = serverName
      }
      return begun
    }
    if let serverName { try checkFree(serverName, book, dead) }
    return ServerRecord(
      name: try serverName ?? dead.first?.name ?? book.freeName(forHost: invite.host), host: invite.host,
      port: invite.port, trust: invite.trust, account: account, key: DeviceKey(),
      pendingInvite: digest)
  }

  private func checkFree(_ name: String, _ book: ServerBook, _ dead: [ServerRecord]) throws {
    guard let other = try book.record(named: name), other.pendingInvite == nil,
      !dead.contains(where: { $0.name == name })
    else { return }
    throw ClientError(
      .exists,
      "a server is joined as '\(name)' already (\(other.address)); choose another name with --as, "
        + "or forget that one with: landline leave \(name)")
  }

  private static func explain(_ error: ClientError) -> ClientError {
    var error = error
    switch (error.code, error.refusal?.code) {
    case (_, .exists?):
      error.advice = "The invite is still good: repeat with --name NAME"
    case (_, .unauthenticated?):
      error.advice = "An invite is good once, and for a limited time: ask for a new one"
    case (.cannotConnect, _):
      error.message += "; the invite is kept for another try with the same command"
    case (.notTrusted, _):
      error.advice =
        "The expected one stands in the invite: compare it with what the server says of itself ('landline status "
        + "--data FOLDER' on its machine), and ask for a new invite if they differ. If they do not, somebody stands "
        + "between you and the server"
    default: break
    }
    return error
  }

  /// The first line of standard input.
  private func readInvite() throws -> String {
    guard let line = readLine(), line.utf8.contains(where: { $0 > 0x20 }) else {
      throw ClientError(.usage, "there is no invite on standard input")
    }
    return String(line.filter { !$0.isWhitespace })
  }
}
