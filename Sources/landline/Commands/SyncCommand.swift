import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline sync`.
struct SyncCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Make one folder like another: send, or fetch, what differs.",
    usage: """
      landline sync FOLDER SERVER:PATH [--checksum] [--delete] [--follow] [--dry-run] [--limit-rate RATE] [--jobs N]
      landline sync SERVER:PATH FOLDER [--checksum] [--delete] [--dry-run] [--limit-rate RATE] [--jobs N]
      """,
    discussion: """
      Makes the second folder like the first: files that are missing there, or differ in size or time of \
      change, are moved; with --checksum it is their content that is compared. What only the second has \
      stays, unless --delete is said. Symbolic links are left out, unless --follow is said.

      It can be interrupted at any point: each file is there as it was or as it is to be, never a part, and \
      the same command does the rest. Only what --delete removes to make room, a folder where a file is to \
      be or a file where a folder is, goes before the new is there. --dry-run says what would be done, and \
      does nothing.

      Examples:
        landline sync docs office:docs
        landline sync docs office:docs --delete --dry-run
        landline sync office:photos photos-copy
        landline sync docs office:docs --checksum --limit-rate 20M
      """)

  @Argument(help: ArgumentHelp("The folder as it is to be: a local one, or SERVER:PATH.", valueName: "place"))
  var source: String

  @Argument(help: ArgumentHelp("The folder to change: SERVER:PATH, or a local one.", valueName: "place"))
  var target: String

  @Flag(help: "Compare contents by SHA-256, not size and time.")
  var checksum = false

  @Flag(help: "Remove what the first folder does not have.")
  var delete = false

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Say what would be done, and do nothing.")
  var dryRun = false

  @Flag(help: "Take what local symbolic links lead to.")
  var follow = false

  @OptionGroup var speed: SpeedOptions
  @OptionGroup var report: ReportOptions

  var json: Bool { report.output.json }

  func run() async throws {
    let ends = try SyncEnds(source, target)
    let client = try ends.choice.client(for: ends.remote.server, isBeforePath: true)
    let place = ends.choice.place(for: ends.remote.server)
    var options = SyncOptions()
    options.checksum = checksum
    options.delete = delete
    options.followLinks = follow
    options.jobs = speed.jobs
    options.rateLimit = speed.rate
    let lines = SyncLines(place: place, json: json)
    let plan = try await lines.planning(quiet: report.quiet) { progress in
      try await client.planSync(
        ends.direction, local: ends.local, remote: PathText.trimmed(ends.remote.path), options: options,
        progress: progress)
    }
    if dryRun {
      try lines.show(plan)
    } else {
      try await SyncRun(client: client, plan: plan, options: options, lines: lines).run(report.reporting())
    }
  }
}

/// The two folders of a sync: one is here, the other on a server.
struct SyncEnds {
  let choice: ServerChoice
  let local: String
  let remote: RemoteReference
  let direction: SyncDirection

  init(_ source: String, _ target: String) throws {
    choice = try ServerChoice.load()
    let remotes = (
      try RemoteReference.destination(source, choice), try RemoteReference.destination(target, choice)
    )
    switch remotes {
    case (nil, let remote?):
      local = source
      self.remote = remote
      direction = .up
    case (let remote?, nil):
      local = target
      self.remote = remote
      direction = .down
    case (nil, nil):
      throw ClientError(
        .usage,
        "neither '\(printable(source))' nor '\(printable(target))' is on a server; write SERVER:PATH, or ':PATH' with "
          + "one server joined")
    case (_?, _?):
      throw ClientError(
        .usage, "one of the two has to be a folder of this machine; a local name with a colon is written './NAME'")
    }
  }
}
