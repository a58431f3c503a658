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
      'landline put a.txt'. Servers that were joined are named before a colon: 'landline ls office:docs'; \
      with only one joined, the name may be left out, and said once it counts for all paths of a command.

      Exit codes: 0 done, 1 some failed (each is named), 2 usage, 3 cannot connect, 4 not trusted, \
      5 not allowed, 130 interrupted, 141 nobody reads the output.

      Scripts log in without a joined server by LANDLINE_SERVER=landline://HOST:PORT/#FINGERPRINT and \
      LANDLINE_TOKEN=lat_…

      'landline completions bash' (zsh, fish) prints what makes Tab complete commands and paths; \
      'man landline' has all of this.
      """,
    version: Software.version,
    subcommands: [ManualCommand.self, CompleteCommand.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Files:",
        subcommands: [
          PutCommand.self, GetCommand.self, SyncCommand.self, ListCommand.self, StatCommand.self, CatCommand.self,
          MoveCommand.self, MakeFolderCommand.self, RemoveCommand.self, DiskUseCommand.self, VerifyCommand.self,
        ]),
      CommandGroup(
        name: "Talk:", subcommands: [ChatCommand.self]),
      CommandGroup(
        name: "Commands:",
        subcommands: [
          RunCommand.self, ShellCommand.self, JobsCommand.self, AttachCommand.self, KillCommand.self,
        ]),
      CommandGroup(
        name: "Servers:",
        subcommands: [
          Serve.self, JoinCommand.self, ServersCommand.self, LeaveCommand.self, StatusCommand.self,
          DoctorCommand.self, BackupCommand.self, TimeCommand.self,
          DiscoverCommand.self,
        ]),
      CommandGroup(
        name: "People:",
        subcommands: [
          InviteCommand.self, AccountsCommand.self, AccountCommand.self, RoleCommand.self, TokenCommand.self,
          WhoamiCommand.self, AuditCommand.self,
        ]),
      CommandGroup(name: "Shells:", subcommands: [CompletionsCommand.self]),
    ])

  /// What stands before the parser's own messages.
  static var _errorPrefix: String { "landline: " }
}
