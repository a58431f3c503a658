import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline servers`.
struct ServersCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "servers",
    abstract: "List the servers that you have joined.",
    discussion: """
      Examples:
        landline servers
      """)

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  private struct Line: Encodable {
    var name: String
    var address: String
    var account: String
    var trust: String
    var device: String
    var pending: Bool

    init(_ record: ServerRecord) {
      name = record.name
      address = record.address
      account = record.account
      device = record.key.deviceID
      pending = record.pendingInvite != nil
      trust =
        switch record.trust {
        case .fingerprint(let digest): digest.description
        case .certificateAuthorities: "ca"
        }
    }
  }

  func run() async throws {
    let book = try ServerBook()
    try book.warnOfUnreadable()
    let lines = try book.records().map { Line($0) }
    if json {
      for line in lines { JSONLine.write(line) }
      return
    }
    let rows = lines.map { line in
      [line.name, line.address, "as \(line.account)" + (line.pending ? " (not joined yet)" : "")]
    }
    for row in Format.table(rows) { Screen.shared.out(row) }
  }
}

/// `landline leave`.
struct LeaveCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "leave",
    abstract: "Forget a server, and destroy this device's key for it.",
    discussion: """
      The account on the server stays; its admin can remove it.

      Examples:
        landline leave office
      """)

  @Argument(help: ArgumentHelp("Your name for the server.", valueName: "joined-name"))
  var name: String

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    guard try ServerBook().remove(name) else {
      throw ClientError(
        .noSuchServer, "no server is called '\(printable(name))'; landline servers lists them")
    }
    if json {
      var event = JSONEvent("left")
      event.name = name
      JSONLine.write(event)
    } else {
      Screen.shared.out("left \(name)")
    }
  }
}
