import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline role`.
struct RoleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "role",
    abstract: "Roles: who may do what.",
    discussion: """
      A role has grants of its own and those of its parents. They are looked up along its linearization \
      (C3, as Python looks up methods), kind by kind: the first role that says anything of a kind decides. \
      'landline role show NAME' prints that order, and where each grant comes from.

      Every server has admin, member and guest, which stay as they are. Grants are written:

        admin                          all administration, and all files and rooms
        files.read=videos/**           names to read (** any folders, * in a name)
        files.write=inbox/*            names to write, move and remove
        files.quota=10GiB              the most bytes that an account has stored
        commands.run=/usr/bin/env,/bin/cat
        commands.run=/usr/bin/systemctl restart web-*
        commands.shell                 an interactive shell
        chat.rooms=**                  rooms to be in

      KIND=none says that there is nothing of a kind, whatever the parents say (files.quota=none: no bound). \
      An admin may run commands only by a role that says so.
      """,
    subcommands: [
      RoleDefineCommand.self, RoleShowCommand.self, RoleListCommand.self, RoleRemoveCommand.self,
    ])
}

/// `landline role define`.
struct RoleDefineCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "define",
    abstract: "Define a role, or define it anew.",
    discussion: """
      It counts at once, also for who is connected. What is not said is not kept: a role that is defined anew \
      has the parents and the grants of this command, and no others.

      Examples:
        landline role define editor --parent member --grant 'files.write=texts/**'
        landline role define small --parent member --grant files.quota=10GiB
        landline role define cook --parent admin --grant commands.run=/bin/cat
      """)

  @Argument(help: ArgumentHelp("The role.", valueName: "role"))
  var name: String

  @Option(
    name: .customLong("parent"),
    help: ArgumentHelp("A role to build on; of several the first one speaks first.", valueName: "role"))
  var parents: [String] = []

  @Option(
    name: .customLong("grant"),
    help: ArgumentHelp("What it may: files.read=videos/**, see 'landline help role'.", valueName: "grant"))
  var grants: [String] = []

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let answer = try await server.client().withConnection {
      try await $0.defineRole(name, parents: parents, grants: grants)
    }
    if json {
      JSONLine.write(answer)
    } else {
      Screen.shared.out("\(answer.created == true ? "defined" : "changed") \(printable(answer.name))")
    }
  }
}

/// `landline role show`.
struct RoleShowCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a role's linearization, and where each of its grants comes from.",
    discussion: """
      Examples:
        landline role show member
        landline role show admin --data ./data
      """)

  @Argument(help: ArgumentHelp("The role.", valueName: "role"))
  var name: String

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let role = try await server.client().withConnection { try await $0.role(named: name) }
    if json {
      JSONLine.write(role)
      return
    }
    Screen.shared.out("\(printable(role.name))")
    if !role.parents.isEmpty { Screen.shared.out("parents  \(printable(role.parents.joined(separator: ", ")))") }
    Screen.shared.out("order    \(printable(role.linearization.joined(separator: " > "), atMost: 4_096))")
    let rows = role.effective.map { ["may", printable($0.grant, atMost: 4_096), "from " + printable($0.from)] }
    for line in Format.table(rows.map { [$0[0] + "    ", $0[1], $0[2]] }) { Screen.shared.out(line) }
    if role.effective.isEmpty { Screen.shared.out("may      nothing") }
  }
}

/// `landline role list`.
struct RoleListCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List a server's roles.",
    discussion: """
      Examples:
        landline role list --server office
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let roles = try await server.client().withConnection { try await $0.roles() }
    if json {
      for role in roles { JSONLine.write(role) }
      return
    }
    let rows = roles.map { role in
      [
        printable(role.name), Format.count(role.accounts, "account"),
        role.parents.isEmpty ? "" : "on " + printable(role.parents.joined(separator: ", ")),
        printable(role.grants.joined(separator: " ")),
      ]
    }
    for line in Format.table(rows) { Screen.shared.out(line) }
  }
}

/// `landline role remove`.
struct RoleRemoveCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a role that nobody has, and no other is built on.",
    discussion: """
      Examples:
        landline role remove visitor
      """)

  @Argument(help: ArgumentHelp("The role.", valueName: "role"))
  var name: String

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    try await server.client().withConnection { connection in
      do {
        try await connection.removeRole(name)
      } catch var error as ClientError where error.refusal?.code == .notEmpty {
        error.advice = "Give them another role first ('landline account set NAME --role …')"
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
