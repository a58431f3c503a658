import Glibc
import LandlineClient
import LandlineProtocol

/// What happens in a room, as people read it: one line each, with whatever could move the cursor or change colours
/// written out.
struct ChatText {
  let server: String
  let hasColor: Bool

  /// `14:23 ada: hello`
  func line(_ message: ChatMessage) -> String {
    let name = bold(printable(message.from))
    let text = Self.safe(message.text)
    let body =
      switch message.kind {
      case .action: "* \(name) \(text)"
      case .file: "* \(name) has put a file here: landline get \(Self.word(server + text))"
      case .topic where message.text.isEmpty: "* \(name) has taken the topic away"
      case .topic: "* \(name) has set the topic: \(text)"
      case nil: message.isPrivate ? "[\(name) to you] \(text)" : "\(name): \(text)"
      }
    return dim(Self.clock(message.time)) + " " + body
  }

  func entered(_ room: JoinedRoomAnswer) -> String {
    let others = room.members == 1 ? "nobody else is here" : Format.count(room.members - 1, "other") + " here"
    let topic = room.topic.map { "; topic: \(Self.safe($0))" } ?? ""
    return dim("-- \(printable(room.room)): \(others)\(topic)")
  }

  func presence(_ account: String, here: Bool) -> String {
    dim("-- \(printable(account)) \(here ? "joined" : "left")")
  }

  func note(_ text: String) -> String { dim("-- \(text)") }

  /// All of it, however long.
  static func safe(_ text: String) -> String { printable(text, atMost: .max) }

  /// As one word for a shell, whatever is in it: people paste it.
  private static func word(_ text: String) -> String { "'" + ShellQuoting.quoted(text, in: "'") + "'" }

  private func bold(_ text: String) -> String { hasColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  private func dim(_ text: String) -> String { hasColor ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

  /// The time of day; with the date when it was another day.
  static func clock(_ seconds: Int64) -> String {
    let full = Format.time(seconds)
    let today = Format.time(Int64(time(nil))).split(separator: " ").first
    let parts = full.split(separator: " ")
    return parts.count == 2 && parts.first == today ? String(parts[1]) : full
  }
}
