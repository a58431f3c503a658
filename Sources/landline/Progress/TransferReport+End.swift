import LandlineClient
import LandlineProtocol
import Synchronization

extension TransferReport {
  /// Says what came of it all, when there was more than one file, and ends the command when something failed.
  func end() throws {
    let lost = state.withLock { $0.progress.left }
    if lost > 0 {
      // Nobody is to believe that all went well.
      fail(
        nil, Format.count(lost, "file"),
        ClientError(.badAnswer, "nothing was heard of what became of them; that is a fault of this program"))
    }
    let progress = state.withLock { $0.progress }
    if style == .json {
      writeSummary(progress)
    } else if style != .quiet, isWorthASummary(progress) {
      Screen.shared.note(summary(progress))
      if progress.failedNames.count > Self.mostInLine {
        for name in progress.failedNames { Screen.shared.note("  \(printable(name))") }
      }
    }
    try ExitStatus(progress.statuses).throwIfFailed()
  }

  private func isWorthASummary(_ progress: TransferProgress) -> Bool {
    (progress.files ?? 0) + progress.failed > 1 || progress.folders > 0 || progress.unchanged != nil
  }

  /// More names of what failed are not in the summary, but in lines of their own behind it.
  private static let mostInLine = 10

  /// `3 files stored (1.5 MiB in 0:01, 1.5 MiB/s), 1 skipped, 2 failed: missing, folder`
  private func summary(_ progress: TransferProgress) -> String {
    if let unchanged = progress.unchanged, progress.isIdle {
      return "nothing to do: \(Format.count(unchanged, "file")) unchanged"
    }
    let seconds = (Screen.shared.now - progress.began).inSeconds
    let word = direction == .put ? "stored" : "received"
    var text = "\(Format.count(progress.done, "file")) \(word)"
    if progress.done > 0 {
      let rate = Format.rate(Double(progress.doneBytes) / max(seconds, 0.001))
      let time = Format.duration(Int64(seconds.rounded()))
      text += " (\(Format.bytes(progress.doneBytes)) in \(time), \(rate))"
    }
    if progress.made > 0 { text += ", \(Format.count(progress.made, "folder")) made" }
    if progress.there > 0 { text += ", \(Format.count(progress.there, "folder")) there already" }
    if let removed = progress.removed, removed > 0 { text += ", \(Format.count(removed)) removed" }
    if let unchanged = progress.unchanged { text += ", \(Format.count(unchanged)) unchanged" }
    if progress.skipped > 0 { text += ", \(Format.count(progress.skipped)) skipped" }
    if progress.failed > 0 {
      text += ", \(Format.count(progress.failed)) failed:"
      if progress.failedNames.count <= Self.mostInLine {
        text += " " + progress.failedNames.map { printable($0) }.joined(separator: ", ")
      }
    }
    return text
  }
}
