import ArgumentParser
import LandlineProtocol

/// A command as its configuration describes it: what the manual and the shells' completions are made of.
struct CommandDescription: Decodable {
  struct Argument: Decodable {
    enum Kind: String, Decodable {
      case positional, option, flag
    }

    struct Name: Decodable {
      var kind: String
      var name: String

      /// As it is typed: `--json`, `-l`.
      var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
    }

    var kind: Kind
    var shouldDisplay: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var abstract: String?
  }

  var commandName: String
  var shouldDisplay: Bool
  var abstract: String?
  var discussion: String?
  var subcommands: [CommandDescription]?
  var arguments: [Argument]?

  var children: [CommandDescription] { (subcommands ?? []).filter(\.shouldDisplay) }

  /// Options and flags, in their order.
  var options: [Argument] {
    (arguments ?? []).filter { $0.kind != .positional && $0.shouldDisplay }
  }

  var positionals: [Argument] {
    (arguments ?? []).filter { $0.kind == .positional && $0.shouldDisplay }
  }

  func child(named name: String) -> CommandDescription? {
    children.first { $0.commandName == name }
  }

  /// `landline` itself, with all commands below it.
  static func whole() throws -> CommandDescription {
    struct Tool: Decodable {
      var command: CommandDescription
    }
    return try JSON.decode(Tool.self, from: LandlineCommand._dumpHelp().utf8).command
  }
}
