import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline verify`.
struct VerifyCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Have a server read files again and compare them with what it recorded.",
    usage: "landline verify [SERVER:]PATH ...",
    discussion: """
      intact: the bytes are those that were recorded. changed: somebody changed the file since, for its \
      size or the time of its last change is another; what it is now is recorded. damaged: the bytes differ \
      though size and time are the recorded ones; what was recorded stays, until the file is put again, and \
      the exit code is 1. new: nothing was recorded until now.

      Examples:
        landline verify office:docs/a.txt
        landline verify office:'docs/**'
      """)

  @Argument(help: ArgumentHelp("Files of the server.", valueName: "path"))
  var paths: [String]

  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func run() async throws {
    let draws = !json && Terminal.canDraw
    defer { if draws { Screen.shared.clear() } }
    try await PathLoop(paths, json: json, patterns: .files).run { connection, path in
      let began = ContinuousClock.now
      let answer = try await connection.verify(path) { done, total in
        guard draws else { return }
        let rate = Double(done) / max((ContinuousClock.now - began).inSeconds, 0.001)
        let line = BarLine(name: printable(path), done: done, total: total, rate: rate)
        let columns = Terminal.size.columns
        Screen.shared.draw([line.text(width: columns)], columns: columns)
      }
      if json {
        JSONLine.write(answer)
      } else {
        let recorded = answer.recorded.flatMap { $0 == answer.sha256 ? nil : ", recorded \($0)" } ?? ""
        Screen.shared.out(
          "\(answer.verdict.rawValue) \(printable(answer.path)) "
            + "(\(Format.bytes(answer.size)), sha256 \(answer.sha256)\(recorded))")
      }
      if answer.verdict == .damaged {
        throw ClientError(
          .mismatch,
          "the file is damaged: its SHA-256 is not the recorded one, though its size and the time of its last change "
            + "are; put it again from where there is a good one")
      }
    }
  }
}
