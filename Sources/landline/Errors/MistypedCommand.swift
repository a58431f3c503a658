import ArgumentParser
import LandlineProtocol

/// A command that there is not, and the one that was meant.
struct MistypedCommand {
  let message: String

  /// - Parameter arguments: without the program's own name.
  static func find(in arguments: [String]) -> MistypedCommand? {
    var path = "landline"
    var children: [any ParsableCommand.Type] = LandlineCommand.configuration.subcommands
    for word in arguments.drop(while: { $0 == "help" }) {
      if children.isEmpty || word.utf8.first == UInt8(ascii: "-") { return nil }
      guard let index = children.firstIndex(where: { name(of: $0) == word }) else {
        let shown = children.filter { isShown($0) }
        return MistypedCommand(path, word, shown.map { name(of: $0) })
      }
      children = subcommands(of: children[index])
      path += " \(word)"
    }
    return nil
  }

  private static func name(of type: any ParsableCommand.Type) -> String {
    type.configuration.commandName ?? type._commandName
  }

  private static func isShown(_ type: any ParsableCommand.Type) -> Bool { type.configuration.shouldDisplay }

  private static func subcommands(of type: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
    type.configuration.subcommands
  }

  private init(_ path: String, _ word: String, _ names: [String]) {
    let near = Suggestion.nearest(to: word, of: names).map { "; did you mean '\(path) \($0)'?" } ?? ";"
    message = "there is no command '\(path) \(printable(word))'\(near) '\(path) --help' lists what there is"
  }
}

/// What somebody may have meant.
enum Suggestion {
  /// What people type who come from other programs.
  private static let synonyms = [
    "cp": "put", "copy": "put", "upload": "put", "send": "put", "push": "put", "download": "get", "fetch": "get",
    "pull": "get", "list": "ls", "dir": "ls", "ll": "ls", "delete": "rm", "remove": "rm", "del": "rm",
    "rename": "mv", "move": "mv", "info": "stat", "check": "verify", "rsync": "sync", "mirror": "sync",
    "server": "serve", "start": "serve", "login": "join", "connect": "join", "logout": "leave", "users": "accounts",
    "me": "whoami", "md": "mkdir",
  ]

  /// The name nearest to `word`; nil when none is near.
  static func nearest(to word: String, of names: [String]) -> String? {
    if let known = synonyms[word.lowercased()], names.contains(known) { return known }
    let scored = names.map { (name: $0, distance: distance(word.lowercased(), $0)) }
    guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    if best.distance <= max(1, word.count / 3) { return best.name }
    return names.first { !word.isEmpty && word.count > 1 && $0.hasPrefix(word) }
  }

  /// How many letters have to be changed, put in, taken out or exchanged with their neighbour.
  static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left.utf8.prefix(64))
    let b = Array(right.utf8.prefix(64))
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
