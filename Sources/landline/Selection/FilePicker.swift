import Glibc
import LandlineClient
import LandlineProtocol

/// Lists the current folder's files by number, and asks which are meant.
struct FilePicker {
  /// More are not listed; nobody looks for a number among them.
  private static let maximumFiles = 1_000

  let isRecursive: Bool

  private struct Choice {
    var name: String
    var size: Int64?
  }

  /// - Returns: the names; none when nothing was chosen; nil when there is nobody to ask.
  func pick() throws -> [String]? {
    guard Terminal.canAsk else { return nil }
    let choices = try choices()
    guard !choices.isEmpty else {
      throw ClientError(.usage, "there is no file in this folder to put: landline put FILE ... [SERVER:[PATH]]")
    }
    let rows = choices.enumerated().map { index, choice in
      [
        "\(index + 1)", choice.size.map { Format.bytes($0) } ?? "",
        printable(choice.name) + (choice.size == nil ? "/" : ""),
      ]
    }
    for row in Format.table(rows, right: [0, 1]) { Screen.shared.note("  " + row) }
    while true {
      Screen.shared.ask("Which of them? (1,3-5, all; nothing for none) ")
      let answer = TerminalAnswer.line()
      Screen.shared.answered()
      guard let answer else {
        // The end of input is an answer, but no end of the line.
        Screen.shared.note("")
        return []
      }
      switch NumberList.parse(answer, upTo: choices.count) {
      case .success(let numbers):
        // Never taken for an option or standard input.
        return numbers.map { choices[$0 - 1].name }.map { $0.hasPrefix("-") ? "./" + $0 : $0 }
      case .failure(let problem):
        Screen.shared.note(problem.text)
      }
    }
  }

  private func choices() throws -> [Choice] {
    guard let stream = opendir(".") else {
      throw ClientError(.localFile, "cannot list this folder: \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      // Hidden files stay so, as in ls.
      // What no server takes is not offered.
      if let name, !name.hasPrefix("."), RemotePath.problem(withComponent: name.utf8) == nil { names.append(name) }
    }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let all = names.compactMap { name -> Choice? in
      switch LocalKind(name) {
      case .file(let size): Choice(name: name, size: size)
      case .folder where isRecursive: Choice(name: name, size: nil)
      default: nil
      }
    }
    if all.count > Self.maximumFiles {
      Screen.shared.note(
        "the first \(Format.count(Self.maximumFiles)) of \(Format.count(all.count)) files; the others by name")
    }
    return Array(all.prefix(Self.maximumFiles))
  }
}

/// Numbers as people write them: `1,3-5`, `all`, nothing.
enum NumberList {
  struct Problem: Error {
    var text: String
  }

  /// - Returns: each number once, in the order written.
  static func parse(_ text: String, upTo last: Int) -> Result<[Int], Problem> {
    let words = joinedAtDashes(text).split { $0 == "," || $0 == " " || $0 == "\t" }
    if words.count == 1, words[0].lowercased() == "all" { return .success(Array(1...last)) }
    var numbers: [Int] = []
    var seen: Set<Int> = []
    for word in words {
      let ends = word.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let end = ends.last ?? nil else {
        return .failure(Problem(text: "'\(printable(String(word)))' is no number; write it like 1,3-5"))
      }
      guard first <= end else {
        return .failure(Problem(text: "'\(word)' is backwards; write it \(end)-\(first)"))
      }
      guard first >= 1, end <= last else {
        return .failure(Problem(text: "'\(word)' is not between 1 and \(last)"))
      }
      for number in first...end where seen.insert(number).inserted { numbers.append(number) }
    }
    return .success(numbers)
  }

  /// `text` without blanks around its dashes.
  private static func joinedAtDashes(_ text: String) -> String {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      var part = part
      if index > 0 { part = part.drop { $0 == " " || $0 == "\t" } }
      while index < parts.count - 1, part.last == " " || part.last == "\t" { part.removeLast() }
      return part
    }.joined(separator: "-")
  }
}
