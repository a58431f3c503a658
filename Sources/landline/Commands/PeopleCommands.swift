import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline invite`.
struct InviteCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "invite",
    abstract: "Make an invite, good for one person, once.",
    discussion: """
      Prints the invite alone on standard output. It is a secret: send it where only that person reads.

      Examples:
        landline invite --role guest --expires 2h
        landline invite --data ./data
      """)

  @Option(
    help: ArgumentHelp("What the new account may: admin, member, guest, or a role of your own.", valueName: "role"))
  var role = "member"

  @Option(
    help: ArgumentHelp("How long it is good: 90s, 15m, 24h, 7d.", valueName: "time"),
    transform: TimeSpan.init(reading:))
  var expires: TimeSpan?

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let client = try server.client()
    let answer = try await client.withConnection { connection in
      do {
        return try await connection.createInvite(role: role, seconds: expires?.seconds)
      } catch let error as ClientError {
        throw error.ofRole
      }
    }
    if json { JSONLine.write(answer) } else { Screen.shared.out(answer.invite) }
  }
}

/// `landline accounts`.
struct AccountsCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "accounts",
    abstract: "List a server's accounts.",
    discussion: """
      Examples:
        landline accounts --server office
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let accounts = try await server.client().withConnection { try await $0.accounts() }
    if json {
      for account in accounts { JSONLine.write(account) }
      return
    }
    let rows = accounts.map { account in
      [
        printable(account.name), printable(account.role),
        account.devices == 1 ? "1 device" : "\(account.devices) devices",
        "since " + Format.time(account.created),
        account.seen.map { "seen " + Format.time($0) } ?? "never seen",
        account.rate.map { "limited to " + Format.rate(Double($0)) } ?? "",
      ]
    }
    for line in Format.table(rows) { Screen.shared.out(line) }
  }
}

/// `landline account`.
struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account",
    abstract: "Change a server's accounts.",
    subcommands: [AccountSetCommand.self, AccountLimitCommand.self, AccountRemoveCommand.self])
}

/// `landline account remove`.
struct AccountRemoveCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove an account with its devices, tokens and unfinished uploads.",
    discussion: """
      Its open connections end at once. Its files stay.

      Examples:
        landline account remove bert
      """)

  @Argument(help: "The account.")
  var name: String

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    try await server.client().withConnection { connection in
      do {
        try await connection.removeAccount(name)
      } catch var error as ClientError where error.refusal?.code == .forbidden {
        // Admins are refused nothing but the removal of the last of them.
        if try await connection.whoami().role == "admin" { error.advice = "Without an admin nobody could be let in" }
        throw error
      }
    }
    if json {
      var event = JSONEvent("removed")
      event.name = name
      JSONLine.write(event)
    } else {
      Screen.shared.out("removed \(printable(name))")
    }
  }
}

/// `landline whoami`.
struct WhoamiCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "whoami",
    abstract: "Show who a server takes this machine for, and what that one may do.",
    discussion: """
      Examples:
        landline whoami --server office
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let welcome = try await server.client().withConnection { try await $0.whoami() }
    if json {
      JSONLine.write(welcome)
      return
    }
    var lines = [
      "\(printable(welcome.account)) (\(printable(welcome.role))) on \(printable(welcome.server))"
    ]
    if let device = welcome.device { lines.append("device  \(printable(device))") }
    for grant in welcome.grants ?? [] { lines.append("may     \(printable(grant, atMost: 4_096))") }
    for grant in welcome.within ?? [] { lines.append("within  \(printable(grant, atMost: 4_096))") }
    if let stored = welcome.stored {
      lines.append("stored  " + Format.bytes(stored) + (welcome.quota.map { " of " + Format.bytes($0) } ?? ""))
    }
    Screen.shared.out(lines.joined(separator: "\n"))
  }
}
