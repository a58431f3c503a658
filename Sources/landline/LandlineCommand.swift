import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline`: all commands.
struct LandlineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "landline",
    abstract: "Files between machines, over one encrypted line, provably there.",
    discussion: """
      On one machine run 'landline serve'; on the other 'landline join INVITE' and then, say, \
      'landline put a.txt'.

      Exit codes: 0 done, 1 some failed (each is named), 2 usage, 3 cannot connect, 4 not trusted, \
      5 not allowed, 130 interrupted.

      Scripts log in without a joined server by LANDLINE_SERVER=landline://HOST:PORT/#FINGERPRINT and \
      LANDLINE_TOKEN=lat_…
      """,
    version: Software.version,
    groupedSubcommands: [
      CommandGroup(
        name: "Files:",
        subcommands: [
          PutCommand.self, GetCommand.self, ListCommand.self, StatCommand.self, CatCommand.self,
          RemoveCommand.self, VerifyCommand.self,
        ]),
      CommandGroup(
        name: "Servers:",
        subcommands: [
          Serve.self, JoinCommand.self, ServersCommand.self, LeaveCommand.self, StatusCommand.self,
        ]),
      CommandGroup(
        name: "People:",
        subcommands: [
          InviteCommand.self, AccountsCommand.self, AccountCommand.self, TokenCommand.self,
          WhoamiCommand.self,
        ]),
    ])
}
