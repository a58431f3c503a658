import ArgumentParser
import LandlineProtocol
import LandlineServer

/// `landline backup`.
struct BackupCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy a server's database and key, while it runs or not.",
    discussion: """
      Writes one tar archive with everything that makes the server this server: accounts, devices, tokens, \
      recorded hashes, and the key by which clients know it. It is a secret: only its owner may read it, and \
      it appears whole or not at all. The files themselves are plain files in DATA/files: copy them first, with \
      any tool, then run this. A folder that is missing is made when it is written with a '/' at its end. docs/OPERATIONS.md says how both are put back.

      Examples:
        landline backup --data ./data backups/
        landline backup --data ./data landline.tar --replace
      """)

  @Argument(
    help: ArgumentHelp("The archive to write; or a folder, in which it gets a name with the time.", valueName: "file"))
  var target: String

  @Option(help: "The server's data folder, on this machine.")
  var data: String

  @Flag(help: "Replace an archive of that name.")
  var replace = false

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let (path, size) = try ServerBackup(data: data).write(to: target, replacing: replace)
    if json {
      var event = JSONEvent("backed-up")
      event.file = path
      event.size = size
      JSONLine.write(event)
    } else {
      Screen.shared.out("backed up to \(printable(path)) (\(Format.bytes(size)))")
    }
  }
}
