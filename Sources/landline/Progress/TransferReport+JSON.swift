import LandlineClient
import LandlineProtocol
import Synchronization

// The objects of docs/JSON.md.

extension TransferReport {
  func writeBegin(files: Int, folders: Int, bytes: Int64?) {
    var event = JSONEvent("begin")
    event.files = files
    event.folders = folders
    event.bytes = bytes
    write(event)
  }

  /// At most one a second.
  func writeProgressIfDue() {
    var event = JSONEvent("progress")
    let now = ContinuousClock.now
    let isDue = state.withLock { state in
      guard now - state.lastJSON >= .seconds(1) else { return false }
      state.lastJSON = now
      let progress = state.progress
      if progress.files == 1, let (index, file) = progress.active.first {
        set(name(of: index), source, &event)
        event.done = file.done
        event.size = file.size
      } else {
        let (done, all) = progress.total
        event.done = done
        event.size = all
        event.files = progress.done + progress.skipped + progress.failed
      }
      return true
    }
    if isDue { write(event) }
  }

  func writeResume(_ index: Int, percent: Int, _ offset: Int64, _ total: Int64) {
    var event = JSONEvent("resume")
    set(name(of: index), source, &event)
    event.percent = percent
    event.offset = offset
    event.size = total
    write(event)
  }

  func writeReconnecting(_ why: ClientError) {
    var event = JSONEvent("reconnecting")
    event.message = why.message
    write(event)
  }

  func writeDone(_ path: String, _ file: String, _ size: Int64, _ sha256: Digest256) {
    var event = JSONEvent(direction == .put ? "stored" : "received")
    event.path = path
    event.file = file
    event.size = size
    event.sha256 = sha256
    write(event)
  }

  func writeMade(_ path: String, _ file: String) {
    var event = JSONEvent("made")
    event.path = path
    event.file = file
    write(event)
  }

  func writeSkipped(_ path: String, _ file: String) {
    var event = JSONEvent("skipped")
    event.path = path
    event.file = file
    write(event)
  }

  func writeRemoved(_ name: String) {
    var event = JSONEvent("removed")
    set(name, destination, &event)
    write(event)
  }

  func writeFailed(_ name: String, _ error: ClientError, on side: Side) {
    var event = JSONEvent(error)
    event.advice = advice(name, error)
    set(name, side, &event)
    write(event)
  }

  func writeNotice(_ name: String, _ reason: String, on side: Side) {
    var event = JSONEvent("notice")
    set(name, side, &event)
    event.message = reason
    write(event)
  }

  func writeSummary(_ progress: TransferProgress) {
    var event = JSONEvent("summary")
    event.files = progress.done
    event.folders = progress.made
    event.skipped = progress.skipped
    event.failed = progress.failed
    event.failures = progress.failedNames.isEmpty ? nil : progress.failedNames
    event.removed = progress.removed
    event.unchanged = progress.unchanged
    event.bytes = progress.doneBytes
    event.milliseconds = Int64((Screen.shared.now - progress.began).inSeconds * 1_000)
    write(event)
  }

  /// A file's name where it belongs.
  private func set(_ name: String, _ side: Side, _ event: inout JSONEvent) {
    switch side {
    case .here: event.file = name
    case .server: event.path = name
    }
  }

  private func write(_ event: JSONEvent) {
    say(JSONLine.text(event))
  }
}
