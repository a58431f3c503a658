import ArgumentParser
import LandlineProtocol

/// `landline(1)`, made of what the commands say of themselves, in the macros of man(7).
struct ManualPage {
  /// Of the last change that a reader of the page would notice.
  private static let date = "2026-11-21"

  private var lines: [String] = []

  static func text() throws -> String {
    let whole = try CommandDescription.whole()
    var page = ManualPage()
    page.begin(whole)
    for group in LandlineCommand.configuration.groupedSubcommands {
      page.macro(".SH", "COMMANDS FOR " + group.name.uppercased().filter { $0 != ":" })
      for type in group.subcommands {
        let name = type.configuration.commandName ?? type._commandName
        guard let command = whole.child(named: name) else { continue }
        page.add(command, type, [whole.commandName])
      }
    }
    for section in ManualSections.all {
      page.macro(".SH", section.title)
      page.prose(section.text)
    }
    return page.lines.joined(separator: "\n") + "\n"
  }

  private mutating func begin(_ whole: CommandDescription) {
    lines.append(".\\\" Made by 'make manual' from the commands' own configuration; do not edit.")
    lines.append(".TH LANDLINE 1 \"\(Self.date)\" \"\(Roff.escaped(Software.name))\" \"Landline\"")
    macro(".SH", "NAME")
    // A shell of man pages' own: apropos(1) reads this line.
    let abstract = whole.abstract ?? ""
    lines.append("landline \\- \(Roff.escaped(Self.lowered(abstract)))")
    macro(".SH", "SYNOPSIS")
    lines.append(".B landline")
    lines.append("\\fIcommand\\fR [\\fIoption\\fR ...] [\\fIargument\\fR ...]")
    macro(".SH", "DESCRIPTION")
    prose(whole.discussion ?? "")
  }

  private static func lowered(_ text: String) -> String {
    let words = text.last == "." ? String(text.dropLast()) : text
    return words.prefix(1).lowercased() + words.dropFirst()
  }

  private mutating func add(
    _ command: CommandDescription, _ type: any ParsableCommand.Type, _ parents: [String]
  ) {
    if command.children.isEmpty {
      macro(".SS", (parents.dropFirst() + [command.commandName]).joined(separator: " "))
      lines.append(".nf")
      for line in type.usageLines(parents) { lines.append(Roff.literal(line)) }
      lines.append(".fi")
      lines.append(".PP")
      prose([command.abstract, command.discussion].compactMap { $0 }.joined(separator: "\n\n"))
      for argument in command.options where !Self.isEverywhere(argument) { add(argument) }
    }
    for subtype in type.configuration.subcommands {
      let name = subtype.configuration.commandName ?? subtype._commandName
      guard let child = command.child(named: name) else { continue }
      add(child, subtype, parents + [command.commandName])
    }
  }

  private static func isEverywhere(_ argument: CommandDescription.Argument) -> Bool {
    (argument.names ?? []).contains { $0.name == "version" || $0.name == "help" }
  }

  private mutating func add(_ argument: CommandDescription.Argument) {
    let names = (argument.names ?? []).map { name in
      let value = argument.kind == .option ? " \\fI\(Roff.escaped(argument.valueName ?? "value"))\\fR" : ""
      return "\\fB\(Roff.escaped(name.text))\\fR\(value)"
    }
    lines.append(".TP")
    lines.append(names.joined(separator: ", "))
    var text = argument.abstract ?? ""
    if let value = argument.defaultValue, argument.kind == .option { text += " (default: \(value))" }
    lines.append(Roff.line(text))
  }

  private mutating func macro(_ name: String, _ title: String) {
    lines.append("\(name) \"\(Roff.escaped(title))\"")
  }

  /// Paragraphs; those whose lines are indented stand as they are.
  private mutating func prose(_ text: String) {
    var isFirst = true
    for paragraph in text.paragraphs {
      if !isFirst { lines.append(".PP") }
      isFirst = false
      var isLiteral = false
      for line in paragraph {
        let isIndented = line.hasPrefix("  ")
        if isIndented && !isLiteral { lines += paragraph.first == line ? [".RS 4", ".nf"] : [".PP", ".RS 4", ".nf"] }
        if !isIndented && isLiteral { lines += [".fi", ".RE", ".PP"] }
        isLiteral = isIndented
        lines.append(isIndented ? Roff.literal(String(line.dropFirst(2))) : Roff.line(line))
      }
      if isLiteral { lines += [".fi", ".RE"] }
    }
  }
}

extension ParsableCommand {
  /// Its usage, one form a line.
  fileprivate static func usageLines(_ parents: [String]) -> [String] {
    let text = configuration.usage ?? LandlineCommand.usageString(for: self)
    return text.split(separator: "\n").map { line in
      let words = line.drop { $0 == " " }
      return words.hasPrefix("Usage: ") ? String(words.dropFirst(7)) : String(words)
    }
  }
}

extension String {
  /// Its paragraphs, each as its lines.
  fileprivate var paragraphs: [[String]] {
    var paragraphs: [[String]] = [[]]
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy({ $0 == " " }) {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1].append(String(line))
      }
    }
    return paragraphs.filter { !$0.isEmpty }
  }
}
