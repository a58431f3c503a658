import Addresses
import Glibc
import Testing

/// CPython, asked about addresses: `python3`, or what `LANDLINE_PYTHON` names.
enum PythonOracle {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Answers from `Python/answers.py`, a line for each question.
  static func answers(to questions: [String]) throws -> [String] {
    let name = "/tmp/landline-addresses-\(getpid())-\(UInt64.random(in: .min ... .max))"
    guard let file = fopen(name, "wx") else { throw Failure(description: "cannot write \(name)") }
    defer { unlink(name) }
    for question in questions { fputs(question + "\n", file) }
    guard fclose(file) == 0 else { throw Failure(description: "cannot write \(name)") }

    let python = getenv("LANDLINE_PYTHON").map { String(cString: $0) } ?? "python3"
    let script = "\(#filePath)".dropLast("PythonOracle.swift".utf8.count) + "Python/answers.py"
    guard let pipe = popen("'\(python)' '\(script)' < '\(name)'", "r") else {
      throw Failure(description: "cannot start \(python)")
    }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { output += buffer[..<count] }
    let status = pclose(pipe)
    guard status == 0 else { throw Failure(description: "\(python) \(script) ended with status \(status)") }
    var lines = String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    lines.removeLast()
    guard lines.count == questions.count else {
      throw Failure(description: "\(questions.count) questions, \(lines.count) answers")
    }
    return lines.map(String.init)
  }

  /// Asks Python about each text and compares with our own answers; reports the first differences.
  static func compare(
    _ kind: String, _ texts: [[String]], seed: UInt64? = nil, _ own: ([String]) -> String
  ) throws {
    let answers = try answers(to: texts.map { ([kind] + $0.map(hex)).joined(separator: " ") })
    var differences = 0
    var accepted = 0
    for (texts, answer) in zip(texts, answers) {
      if answer != "-" { accepted += 1 }
      let ours = own(texts)
      guard ours != answer else { continue }
      differences += 1
      guard differences <= 10 else { continue }
      Issue.record("\(kind) \(texts), ADDRESSES_SEED=\(seed ?? 0)\n  Python: \(answer)\n  ours:   \(ours)")
    }
    #expect(differences == 0)
    #expect(accepted * 10 > texts.count, "too few good ones among the questions: \(accepted)")
  }

  private static func hex(_ text: String) -> String {
    text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// Parses and renders; "-" for a text that is refused.
func answer<Value: AddressText>(_ text: String, _: Value.Type = Value.self, _ parts: (Value) -> [String]) -> String {
  Value(text).map { parts($0).joined(separator: "\t") } ?? "-"
}
