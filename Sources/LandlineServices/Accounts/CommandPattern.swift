import LandlineProtocol

/// Commands that a role may run: a program by its absolute path, and maybe patterns for its arguments.
///
/// ```
/// /usr/bin/uptime                        with any arguments
/// /usr/bin/uptime ""                     without arguments
/// /usr/bin/systemctl restart web-*       with exactly these two
/// /usr/bin/git -C /srv/site log **       and anything behind
/// ```
///
/// `*` and `?` stand for bytes of one component of the program's path or of one argument (there `/` among them); `**` at
/// the end for any further arguments. `\` takes the next character as it is: a blank, a comma, a star.
public struct CommandPattern: Hashable, Sendable, CustomStringConvertible {
  /// Without the first slash.
  private let program: [[UInt8]]
  /// nil: any.
  private let arguments: [[UInt8]]?
  /// Whether further arguments may follow.
  private let isOpen: Bool
  public let description: String

  /// Reads commands between commas.
  /// - Throws: `bad-request`.
  static func list(_ text: String) throws(LineError) -> [CommandPattern] {
    var patterns: [CommandPattern] = []
    for part in split(text, at: ",") { patterns.append(try CommandPattern(part)) }
    return patterns
  }

  init(_ text: String) throws(LineError) {
    let words = Self.split(text, at: " ").filter { !$0.isEmpty }
    guard let path = words.first, path.hasPrefix("/") else {
      throw LineError(.badRequest, "a program is named by its absolute path, and '\(printable(text))' is none")
    }
    program = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map(Array.init)
    guard program.allSatisfy({ Self.isComponent($0) }) else {
      throw LineError(
        .badRequest, "the program's path '\(printable(path))' is to be without '.', '..' and empty components")
    }
    var rest = words.dropFirst()
    description = words.joined(separator: " ")
    isOpen = rest.isEmpty || rest.last == "**"
    if rest.isEmpty {
      arguments = nil
    } else if Array(rest) == ["\"\""] {
      arguments = []
    } else {
      if isOpen { rest.removeLast() }
      guard !rest.contains("**") else {
        throw LineError(.badRequest, "'**' stands for the rest of the arguments, so only at the end")
      }
      arguments = rest.map { Array($0.utf8) }
    }
  }

  /// Whether the command may be run: the program and each argument as they will arrive.
  public func matches(_ command: [String]) -> Bool {
    guard let path = command.first, path.utf8.first == UInt8(ascii: "/") else { return false }
    let components = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map(Array.init)
    guard components.count == program.count,
      zip(program, components).allSatisfy({ Self.isComponent($1) && BytePattern.matches($0, $1) })
    else { return false }
    guard let arguments else { return true }
    let given = command.dropFirst().map { Array($0.utf8) }
    guard isOpen ? given.count >= arguments.count : given.count == arguments.count else { return false }
    return zip(arguments, given).allSatisfy { BytePattern.matches($0, $1) }
  }

  /// Whether every command of `other` is one of these.
  func contains(_ other: CommandPattern) -> Bool {
    guard program.count == other.program.count,
      zip(program, other.program).allSatisfy({ BytePattern.contains($0, $1) })
    else { return false }
    guard let arguments else { return true }
    guard let others = other.arguments else { return isOpen && arguments.isEmpty }
    guard isOpen ? others.count >= arguments.count : !other.isOpen && others.count == arguments.count else {
      return false
    }
    return zip(arguments, others).allSatisfy { BytePattern.contains($0, $1) }
  }

  private static func isComponent(_ bytes: [UInt8]) -> Bool {
    !bytes.isEmpty && !bytes.elementsEqual(".".utf8) && !bytes.elementsEqual("..".utf8)
  }

  /// Splits where `separator` stands without a backslash; the backslashes stay.
  private static func split(_ text: String, at separator: Character) -> [String] {
    var parts = [""]
    var isEscaped = false
    for character in text {
      if character == separator, !isEscaped {
        parts.append("")
        continue
      }
      isEscaped = character == "\\" && !isEscaped
      parts[parts.count - 1].append(character)
    }
    return parts
  }
}
