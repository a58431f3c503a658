import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline audit`.
struct AuditCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Show what was done on a server, by whom, and what was refused.",
    discussion: """
      Logins and refusals, changes of accounts and roles, commands, and what was stored, moved and removed; \
      oldest first. The same lines are in DATA/landline/audit.jsonl on the server.

      Examples:
        landline audit --since 24h
        landline audit --account bert --data ./data
      """)

  @Option(
    help: ArgumentHelp("From then on: 2h, 7d, 2026-11-21, '2026-11-21 14:00'.", valueName: "time"),
    transform: PointInTime.init(reading:))
  var since: PointInTime?

  @Option(help: ArgumentHelp("What this account did.", valueName: "account"))
  var account: String?

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    try await server.client().withConnection { connection in
      try await connection.audit(since: since?.seconds, account: account) { lines in
        for line in lines.split(separator: UInt8(ascii: "\n")) {
          Screen.shared.out(json ? String(decoding: line, as: UTF8.self) : AuditText.line(Array(line)))
        }
      }
    }
  }
}

/// A line of the audit log for people: `2026-11-21 14:24:09Z  ada  put  path=a.txt size=3`.
enum AuditText {
  private enum Value: Decodable {
    case text(String)
    case number(Int64)
    case list([String])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let number = try? container.decode(Int64.self) {
        self = .number(number)
      } else {
        self = .list(try container.decode([String].self))
      }
    }

    var shown: String {
      switch self {
      case .text(let text): text.contains(" ") ? "'\(printable(text))'" : printable(text)
      case .number(let number): "\(number)"
      case .list(let texts): "[" + texts.map { "'\(printable($0))'" }.joined(separator: " ") + "]"
      }
    }
  }

  static func line(_ json: [UInt8]) -> String {
    guard var fields = try? JSON.decode([String: Value].self, from: json) else {
      return printable(String(decoding: json, as: UTF8.self), atMost: 4_096)
    }
    func take(_ key: String) -> String? {
      guard case .text(let text)? = fields.removeValue(forKey: key) else { return nil }
      return printable(text)
    }
    let time = take("time").map { $0.prefix(10) + " " + $0.dropFirst(11).prefix(8) + "Z" } ?? "-"
    let account = take("account") ?? "-"
    let what = take("what") ?? "-"
    // What it was done to comes first, and how somebody was logged in last.
    let order = ["op", "name", "path", "to", "program", "arguments", "reason", "role", "by", "peer"]
    let rest = fields.keys.sorted { left, right in
      let (first, second) = (order.firstIndex(of: left) ?? 6, order.firstIndex(of: right) ?? 6)
      return first == second ? left < right : first < second
    }
    let details = rest.map { "\(printable($0))=\(fields[$0]?.shown ?? "")" }
    return ([String(time), account, what] + details).joined(separator: "  ")
  }
}
