import ArgumentParser
import Glibc
import LandlineClient
import LandlineProtocol

/// `landline join`.
struct JoinCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "join",
    abstract: "Join a server with an invite.",
    discussion: """
      Makes an account and a key for this device; there is no password. The key stays in \
      ~/.config/landline, readable for you alone. '-' reads the invite from standard input, where no \
      list of processes shows it. An invite has a '#', so quote it.

      Examples: landline join 'landline://porch:5263/#5b1c…' --as porch
                landline join - --name ada
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
  }

  func run() async throws {
    let invite = try parse(invite == "-" ? readInvite() : invite)
    let book = try ServerBook()
    // Saved before the server is asked: should its answer be lost, the same command can ask again.
    var record = try pendingRecord(for: invite, in: book)
    try book.save(record)
    let welcome: Welcome
    do {
      welcome = try await LandlineClient.join(
        invite, account: record.account, deviceName: Self.machineName(), key: record.key)
    } catch let error as ClientError {
      if error.refusal != nil || error.code == .notTrusted { try book.remove(record.name) }
      throw Self.explain(error, record)
    }
    record.account = welcome.account
    record.pendingInvite = nil
    try book.save(record)
    if json {
      JSONLine.write(
        Joined(
          name: record.name, address: record.address, account: welcome.account, role: welcome.role,
          server: welcome.server, device: record.key.deviceID))
    } else {
      Screen.shared.out(
        "joined \(record.name) as \(printable(welcome.account)) (\(printable(welcome.role)))")
    }
  }

  private func parse(_ text: String) throws -> Invite {
    do throws(LineError) {
      let invite = try Invite(text)
      guard invite.token != nil else {
        throw LineError(.badRequest, "that is an address and no invite: its token is missing")
      }
      return invite
    } catch {
      throw ClientError(.usage, error.message)
    }
  }

  private func pendingRecord(for invite: Invite, in book: ServerBook) throws -> ServerRecord {
    let digest = Digest256(hashing: (invite.token ?? "").utf8)
    let account = try name ?? Self.loginName()
    do throws(LineError) {
      try Name.check(account, as: "an account")
      if let serverName { try Name.check(serverName, as: "a server") }
    } catch {
      throw ClientError(.usage, error.message)
    }
    if var begun = try book.records().first(where: { $0.pendingInvite == digest }) {
      begun.account = account
      begun.host = invite.host
      begun.port = invite.port
      begun.trust = invite.trust
      if let serverName, serverName != begun.name {
        try checkFree(serverName, book)
        try book.remove(begun.name)
        begun.name = serverName
      }
      return begun
    }
    if let serverName { try checkFree(serverName, book) }
    return ServerRecord(
      name: try serverName ?? book.freeName(forHost: invite.host), host: invite.host,
      port: invite.port, trust: invite.trust, account: account, key: DeviceKey(),
      pendingInvite: digest)
  }

  private func checkFree(_ name: String, _ book: ServerBook) throws {
    if let other = try book.record(named: name), other.pendingInvite == nil {
      throw ClientError(
        .exists,
        "a server is joined as '\(name)' already (\(other.address)); choose another name with --as, "
          + "or forget that one with: landline leave \(name)")
    }
  }

  private static func explain(_ error: ClientError, _ record: ServerRecord) -> ClientError {
    var error = error
    if error.refusal?.code == .exists {
      error.message += "; the invite is still good: repeat with --name NAME"
    } else if error.code == .cannotConnect {
      error.message += "; the invite is kept for another try with the same command"
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

  private static func loginName() throws -> String {
    for variable in ["USER", "LOGNAME"] {
      if let value = getenv(variable), value.pointee != 0 { return String(cString: value) }
    }
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else {
      throw ClientError(.usage, "your login name is not known; choose a name with --name")
    }
    return String(cString: name)
  }

  /// For people who look at their devices.
  private static func machineName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "device" }
    let name = buffer.prefix { $0 != 0 }.prefix(64).map { UInt8(bitPattern: $0) }
    let text = String(decoding: name, as: UTF8.self)
    return (try? Name.check(text, as: "a device")) == nil ? "device" : text
  }
}
