/// What a server says about commands.
public enum CommandReply: Hashable, Sendable {
  case started(StartedAnswer)
  /// The body is a piece of its standard output, or of its terminal's.
  case stdout
  case stderr
  /// More that it takes of its standard input.
  case credit(Credit)
  case exited(ExitedAnswer)
  case detached(StartedAnswer)
  case jobs(JobsAnswer)
  case killed

  /// Whether the request it answers is over with it.
  var isLast: Bool {
    switch self {
    case .started, .stdout, .stderr, .credit: false
    case .exited, .detached, .jobs, .killed: true
    }
  }

  /// Its name on the wire.
  var name: String {
    switch self {
    case .started: "started"
    case .stdout: "stdout"
    case .stderr: "stderr"
    case .credit: "credit"
    case .exited: "exited"
    case .detached: "detached"
    case .jobs: "jobs"
    case .killed: "killed"
    }
  }

  /// - Returns: nil when there is none of this name.
  init?(named name: String, from decoder: any Decoder) throws {
    switch name {
    case "started": self = .started(try StartedAnswer(from: decoder))
    case "stdout": self = .stdout
    case "stderr": self = .stderr
    case "credit": self = .credit(try Credit(from: decoder))
    case "exited": self = .exited(try ExitedAnswer(from: decoder))
    case "detached": self = .detached(try StartedAnswer(from: decoder))
    case "jobs": self = .jobs(try JobsAnswer(from: decoder))
    case "killed": self = .killed
    default: return nil
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .started(let fields), .detached(let fields): try fields.encode(to: encoder)
    case .credit(let fields): try fields.encode(to: encoder)
    case .exited(let fields): try fields.encode(to: encoder)
    case .jobs(let fields): try fields.encode(to: encoder)
    case .stdout, .stderr, .killed: break
    }
  }

  // MARK: Those that come by the thousand

  init?(flat head: inout FlatHead, named name: String) {
    switch name {
    case "stdout": self = .stdout
    case "stderr": self = .stderr
    case "credit":
      guard let credit = Credit(flat: &head) else { return nil }
      self = .credit(credit)
    case "started":
      guard let fields = StartedAnswer(flat: &head) else { return nil }
      self = .started(fields)
    case "exited":
      guard let fields = ExitedAnswer(flat: &head) else { return nil }
      self = .exited(fields)
    default: return nil
    }
  }

  /// The head's bytes; nil where it goes the way of all JSON.
  func flatHead(id: UInt64, body: Int) -> [UInt8]? {
    var text = JSONText(capacity: 96)
    text.member("id", id)
    text.member("type", name)
    switch self {
    case .stdout, .stderr:
      if body > 0 { text.member("body", body) }
    case .credit(let fields): fields.write(to: &text)
    case .started(let fields): fields.write(to: &text)
    case .exited(let fields): fields.write(to: &text)
    case .detached, .jobs, .killed: return nil
    }
    text.end()
    return text.bytes
  }
}
