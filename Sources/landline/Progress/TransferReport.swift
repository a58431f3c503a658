import LandlineClient
import LandlineProtocol
import Synchronization

/// Says how a transfer goes, as a bar, as plain lines, or as JSON.
final class TransferReport: Sendable {
  enum Direction: Sendable { case put, get }

  enum Style: Sendable {
    case quiet, plain, terminal, json
  }

  /// One file of the list.
  struct Item: Sendable {
    /// As the person named it.
    var name: String
    var file: String?
    var path: String?
  }

  private struct State {
    var line: ProgressLine?
    var lineIndex: Int?
    var lastJSON: ContinuousClock.Instant?
    var total: Int64 = 0
    var failures: [ClientError] = []
  }

  private let direction: Direction
  private let style: Style
  private let items: [Item]
  /// Whether standard output carries a file's bytes, so that everything else goes to standard error.
  private let isOutputTaken: Bool
  private let state = Mutex(State())

  init(
    _ direction: Direction, _ items: [Item], json: Bool, quiet: Bool, isOutputTaken: Bool = false
  ) {
    self.direction = direction
    self.items = items
    self.isOutputTaken = isOutputTaken
    if json {
      style = .json
    } else if quiet {
      style = .quiet
    } else {
      style = Terminal.canDraw && !(isOutputTaken && Terminal.isOutput) ? .terminal : .plain
    }
  }

  var observer: TransferObserver { observer(for: Array(items.indices)) }

  /// An observer for a transfer of only some of the files.
  /// - Parameter indices: of the transfer's files in this report's list.
  func observer(for indices: [Int]) -> TransferObserver {
    TransferObserver(
      event: { self.note($1, of: indices[$0]) },
      finished: { self.finished(indices[$0], $1) },
      reconnecting: { self.reconnecting($0) })
  }

  /// The exit code for all that has finished.
  var status: ExitStatus { ExitStatus(failures: state.withLock { $0.failures }) }

  // MARK: On the way

  private func note(_ event: TransferEvent, of index: Int) {
    switch (event, style) {
    case (_, .quiet): break
    case (.resuming(let offset, let total), _): resuming(index, offset, total)
    case (.moved(let done, let total), .json): progressJSON(index, done, total)
    case (_, .json), (_, .plain): break
    case (.moved(let done, let total), .terminal):
      draw(index) { $0.moved(done, of: total, width: $1) }
      state.withLock { $0.total = total ?? 0 }
    case (.hashing(let done, let total), .terminal):
      draw(index) { $0.busy("looking at what is there already:", done, of: total, width: $1) }
    case (.working(let done, let total), .terminal):
      draw(index) { $0.busy("the server is at work:", done, of: total, width: $1) }
    }
  }

  private func draw(_ index: Int, _ make: (inout ProgressLine, Int) -> String?) {
    let width = Terminal.width
    let text = state.withLock { state -> String? in
      if state.lineIndex != index {
        state.line = ProgressLine(name: items[index].name)
        state.lineIndex = index
      }
      guard var line = state.line else { return nil }
      let text = make(&line, width)
      state.line = line
      return text
    }
    if let text { Screen.shared.draw(text) }
  }

  private func resuming(_ index: Int, _ offset: Int64, _ total: Int64) {
    let percent = Format.percent(offset, of: total)
    guard style == .json else {
      Screen.shared.note("\(printable(items[index].name)): resuming at \(percent) %")
      return
    }
    var event = make("resume", index)
    event.percent = percent
    event.offset = offset
    event.size = total
    write(event)
  }

  private func progressJSON(_ index: Int, _ done: Int64, _ total: Int64?) {
    let isDue = state.withLock { state in
      let now = ContinuousClock.now
      guard let last = state.lastJSON else {
        state.lastJSON = now
        return false
      }
      if now - last < .seconds(1) { return false }
      state.lastJSON = now
      return true
    }
    guard isDue else { return }
    var event = make("progress", index)
    event.done = done
    event.size = total
    write(event)
  }

  private func reconnecting(_ why: ClientError) {
    switch style {
    case .quiet: break
    case .json:
      var event = JSONEvent("reconnecting")
      event.message = why.message
      write(event)
    case .plain, .terminal:
      Screen.shared.note("\(why.message); trying again")
    }
  }

  // MARK: At the end

  private func finished(_ index: Int, _ outcome: TransferOutcome) {
    switch outcome {
    case .done(let path, let file, let size, let sha256):
      completeLine(index, size)
      done(index, path, file, size, sha256)
    case .skipped(let path, let file):
      dropLine(index)
      guard style != .quiet else { return }
      if style == .json {
        var event = JSONEvent("skipped")
        event.path = path
        event.file = file
        write(event)
      } else {
        say("skipped \(printable(items[index].name)): the name is taken")
      }
    case .failed(let error):
      dropLine(index)
      fail(index, error)
    }
  }

  /// A failure of one file, found before or during its transfer.
  func fail(_ index: Int, _ error: ClientError) {
    state.withLock { $0.failures.append(error) }
    let item = items[index]
    if style == .json { write(JSONEvent(error, file: item.file, path: item.path)) }
    let advice = error.refusal?.code == .exists ? "; say --replace, --keep-both or --skip" : ""
    Screen.shared.note("landline: \(printable(item.name)): \(error.message)\(advice)")
  }

  private func done(
    _ index: Int, _ path: String, _ file: String, _ size: Int64, _ sha256: Digest256
  ) {
    if style == .json {
      var event = JSONEvent(direction == .put ? "stored" : "received")
      event.path = path
      event.file = file
      event.size = size
      event.sha256 = sha256
      write(event)
    } else if style != .quiet {
      let word = direction == .put ? "stored \(printable(path))" : "received \(printable(file))"
      say("\(word) (\(Format.bytes(size)), sha256 \(sha256))")
    }
  }

  /// Draws the end of the bar, if there is one, and leaves it.
  private func completeLine(_ index: Int, _ size: Int64) {
    guard style == .terminal else { return }
    let width = Terminal.width
    let text = state.withLock { state -> String? in
      guard state.lineIndex == index, var line = state.line, line.isDrawn else { return nil }
      defer {
        state.line = nil
        state.lineIndex = nil
      }
      return line.moved(size, of: size, width: width, isLast: true)
    }
    if let text {
      Screen.shared.draw(text)
      Screen.shared.keepLine()
    }
  }

  private func dropLine(_ index: Int) {
    let hadLine = state.withLock { state in
      guard state.lineIndex == index else { return false }
      state.lineIndex = nil
      state.line = nil
      return true
    }
    if hadLine { Screen.shared.keepLine() }
  }

  private func make(_ name: String, _ index: Int) -> JSONEvent {
    var event = JSONEvent(name)
    event.file = items[index].file
    event.path = items[index].path
    return event
  }

  private func say(_ line: String) {
    if isOutputTaken { Screen.shared.note(line) } else { Screen.shared.out(line) }
  }

  private func write(_ event: JSONEvent) {
    say(JSONLine.text(event))
  }
}
