import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline token`.
struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Access tokens, for scripts.",
    discussion: """
      A script logs in by LANDLINE_SERVER='landline://HOST:PORT/#FINGERPRINT' and LANDLINE_TOKEN=lat_…, \
      and then writes paths without a server's name: landline put a.txt :docs/
      """,
    subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
}

/// `landline token create`.
struct TokenCreateCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make an access token; it is shown this once only.",
    discussion: """
      Prints the token alone on standard output.

      Examples:
        landline token create backup --role guest
      """)

  @Argument(help: "A name, to find it again.")
  var name: String

  @Option(help: ArgumentHelp("What it may; no more than oneself. (default: the same as oneself)", valueName: "role"))
  var role: String?

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let answer = try await server.client().withConnection { connection in
      do {
        return try await connection.createToken(name, role: role)
      } catch let error as ClientError {
        throw error.ofRole
      }
    }
    if json { JSONLine.write(answer) } else { Screen.shared.out(answer.token) }
  }
}

/// `landline token list`.
struct TokenListCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List one's tokens; an admin's list has everybody's.",
    discussion: """
      Examples:
        landline token list
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let tokens = try await server.client().withConnection { try await $0.tokens() }
    if json {
      for token in tokens { JSONLine.write(token) }
      return
    }
    let rows = tokens.map { token in
      [
        printable(token.name), printable(token.account), printable(token.role),
        "since " + Format.time(token.created),
      ]
    }
    for line in Format.table(rows) { Screen.shared.out(line) }
  }
}

/// `landline token revoke`.
struct TokenRevokeCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "End an access token.",
    discussion: """
      Examples:
        landline token revoke backup
      """)

  @Argument(help: "The token's name.")
  var name: String

  @Option(help: "Whose token, for admins. (default: one's own)")
  var account: String?

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    try await server.client().withConnection { try await $0.revokeToken(name, account: account) }
    if json {
      var event = JSONEvent("removed")
      event.name = name
      JSONLine.write(event)
    } else {
      Screen.shared.out("revoked \(printable(name))")
    }
  }
}
