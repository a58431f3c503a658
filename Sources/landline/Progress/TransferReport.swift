import Glibc
import LandlineClient
import LandlineProtocol
import Synchronization

/// Says how a transfer goes, as lines that are drawn again and again, as plain lines, or as JSON.
///
/// | style | each file | at the end |
/// | --- | --- | --- |
/// | terminal | a line each, of more than 20 files only with `--verbose` | a summary, of more than one |
/// | plain | a line each | the same |
/// | json | an object each | an object |
/// | quiet | those that failed | nothing |
final class TransferReport: Sendable {
  enum Direction: Sendable { case put, get }

  /// Where a name is: on this machine, or on the server.
  enum Side: Sendable { case here, server }

  enum Style: Sendable { case quiet, plain, terminal, json }

  struct Options: Sendable {
    var json = false
    var quiet = false
    var verbose = false
    /// Whether standard output carries a file's bytes, so that everything else goes to standard error.
    var isOutputTaken = false
  }

  /// From so many files on, a terminal has no line for each.
  static let fewFiles = 20
  private static let interval = Duration.milliseconds(100)
  /// What is through at once needs no bar, unless it is as large as this.
  static let largeFile: Int64 = 4_194_304

  struct State {
    var progress: TransferProgress
    var lastJSON: ContinuousClock.Instant
    var hasDrawn = false
    /// How many lines about single files were said.
    var lines = 0
    /// Whether what arrives from now on is kept when it is cut off.
    var keepsWork = false
    /// Whether anything certainly has arrived.
    var hasWork = false
  }

  let direction: Direction
  let style: Style
  let options: Options
  /// The server's name as the person writes it: `office:`, or `:`.
  let place: String
  let state: Mutex<State>
  private let nameOf: @Sendable (Int) -> String

  /// - Parameter name: of a file by its index, as the person knows it: of `put` the local one, of `get` the server's.
  init(_ direction: Direction, place: String, _ options: Options, name: @escaping @Sendable (Int) -> String) {
    self.direction = direction
    self.place = place
    self.options = options
    nameOf = name
    let now = Screen.shared.now
    state = Mutex(State(progress: TransferProgress(began: now), lastJSON: now))
    if options.json {
      style = .json
    } else if options.quiet {
      style = .quiet
    } else {
      style = Terminal.canDraw && !(options.isOutputTaken && Terminal.isOutput) ? .terminal : .plain
    }
  }

  func name(of index: Int) -> String { nameOf(index) }

  /// Where files come from, and where they go.
  var source: Side { direction == .put ? .here : .server }
  var destination: Side { direction == .put ? .server : .here }

  var observer: TransferObserver {
    TransferObserver(
      began: { self.began($0, $1) },
      event: { self.note($0, $1) },
      finished: { self.finished($0, $1) },
      reconnecting: { self.reconnecting($0) })
  }

  /// Shows what goes on while `body` runs.
  /// - Parameters:
  ///   - files: how many there are.
  ///   - folders: how many folders are to be made beside.
  ///   - bytes: how many they have together; nil when it is not known.
  ///   - isKept: whether what has arrived is kept when it is cut off.
  func show<Value>(
    files: Int, folders: Int, bytes: Int64?, isKept: Bool = true, _ body: () async throws -> Value
  ) async throws -> Value {
    state.withLock { state in
      state.progress.files = files
      state.progress.folders = folders
      state.keepsWork = isKept
      state.progress.bytes = bytes
    }
    if style == .json {
      writeBegin(files: files, folders: folders, bytes: bytes)
      Interrupt.say(inJSONOn: options.isOutputTaken ? STDERR_FILENO : STDOUT_FILENO)
    }
    defer {
      state.withLock { $0.keepsWork = false }
      isWorkKept.store(false, ordering: .releasing)
      Interrupt.say(inJSONOn: nil)
      if style == .terminal { Screen.shared.clear() }
    }
    guard style == .terminal || style == .json else { return try await body() }
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while true {
          try await Task.sleep(for: Self.interval)
          self.tick()
        }
      }
      defer { group.cancelAll() }
      return try await body()
    }
  }

  private func tick() {
    if style == .json {
      writeProgressIfDue()
      return
    }
    let size = Terminal.size
    let lines = state.withLock { state in
      state.hasDrawn = true
      return state.progress.lines(width: size.columns, height: size.rows, at: .now, name: nameOf)
    }
    Screen.shared.draw(lines, columns: size.columns)
  }

  // MARK: On the way

  private func began(_ index: Int, _ size: Int64?) {
    guard style == .terminal || style == .json else { return }
    state.withLock { $0.progress.begin(index, ActiveFile(size: size, at: Screen.shared.now)) }
  }

  /// From the first bytes on there is something that can be kept.
  /// - Parameter isSure: false of what is on its way, of which the other side may have kept nothing yet.
  private func noteWork(isSure: Bool = true) {
    let isKept = state.withLock { state in
      if isSure { state.hasWork = true }
      return state.keepsWork
    }
    if isKept { isWorkKept.store(true, ordering: .releasing) }
  }

  private func note(_ index: Int, _ event: TransferEvent) {
    switch event {
    case .moved(let done, _): noteWork(isSure: done > 0)
    case .resuming: noteWork()
    case .hashing, .working: break
    // The others are through, and none may have been taken.
    case .refused: isWorkKept.store(state.withLock { $0.keepsWork && $0.hasWork }, ordering: .releasing)
    }
    state.withLock { $0.progress.note(index, event) }
    if case .resuming(let offset, let total) = event { resuming(index, offset, total) }
  }

  private func resuming(_ index: Int, _ offset: Int64, _ total: Int64) {
    let percent = Format.percent(offset, of: total)
    switch style {
    case .quiet: break
    case .json: writeResume(index, percent: percent, offset, total)
    case .plain, .terminal:
      Screen.shared.note("\(printable(nameOf(index))): resuming at \(percent) %")
    }
  }

  private func reconnecting(_ why: ClientError) {
    switch style {
    case .quiet: break
    case .json: writeReconnecting(why)
    case .plain, .terminal: Screen.shared.note("landline: \(why.message); trying again")
    }
  }

  // MARK: One file's end

  private func finished(_ index: Int, _ outcome: TransferOutcome) {
    switch outcome {
    case .done(let path, let file, let size, let sha256):
      noteWork()
      let active = state.withLock { $0.progress.finish(index, size: size) }
      if style == .json { return writeDone(path, file, size, sha256) }
      guard mayNameEach else { return }
      leaveLastLine(index, active, size)
      let name = direction == .put ? "stored \(place)\(printable(path))" : "received \(printable(file))"
      say("\(name) (\(Format.bytes(size)), sha256 \(sha256))")
    case .made(let path, let file, let isNew):
      state.withLock { $0.progress.finishFolder(index, isNew: isNew) }
      if isNew { sayMade(path: path, file: file) }
    case .skipped(let path, let file):
      state.withLock { $0.progress.skip(index) }
      if style == .json { return writeSkipped(path, file) }
      if mayNameEach { say("skipped \(printable(nameOf(index))): the name is taken") }
    case .failed(let error):
      fail(index, nameOf(index), error)
    }
  }

  /// The destination itself was made, and nothing goes into it.
  func madeDestination(path: String, file: String) {
    state.withLock { $0.progress.noteMade() }
    sayMade(path: path, file: file)
  }

  private func sayMade(path: String, file: String) {
    if style == .json { return writeMade(path, file) }
    if mayNameEach { say("made \(direction == .put ? place + printable(path) : printable(file))/") }
  }

  /// Something that a sync has removed, at its destination.
  func removed(_ name: String) {
    state.withLock { $0.progress.removed = ($0.progress.removed ?? 0) + 1 }
    if style == .json { return writeRemoved(name) }
    if mayNameEach { say("removed \(direction == .put ? place : "")\(printable(name))") }
  }

  /// Something that failed before its transfer began, or in it.
  /// - Parameter side: where `name` is; nil for where files come from.
  func fail(_ index: Int?, _ name: String, _ error: ClientError, on side: Side? = nil) {
    if options.isOutputTaken && Terminal.isReaderGone { ExitStatus.endForReaderGone() }
    state.withLock { $0.progress.fail(index, name: name, error) }
    if style == .json { writeFailed(name, error, on: side ?? source) }
    guard mayName(.failure) else { return }
    Screen.shared.note("landline: \(shown(name)): \(error.sentence(advising: advice(name, error)))")
  }

  func advice(_ name: String, _ error: ClientError) -> String? {
    switch (error.refusal?.code, direction) {
    case (.exists?, _): return "Say --replace, --keep-both or --skip"
    case (.wrongKind?, .get): return RemoteAdvice.needsRecursive(place, name)
    case (_, .put): return Advice.general(error)
    case (_, .get): return Advice.aboutPath(error, name)
    }
  }

  /// Something that was left out by rule, and why.
  func notice(_ name: String, _ reason: String, on side: Side? = nil) {
    if style == .json {
      writeNotice(name, reason, on: side ?? source)
    } else if mayName(.notice) {
      Screen.shared.note("skipped \(shown(name)): \(reason)")
    }
  }

  /// A name as people see it; the server's root has none.
  private func shown(_ name: String) -> String { name.isEmpty ? "/" : printable(name) }

  private func leaveLastLine(_ index: Int, _ file: ActiveFile?, _ size: Int64) {
    guard style == .terminal, let file, state.withLock({ $0.hasDrawn }) || size >= Self.largeFile else { return }
    guard size > 1_048_576 || state.withLock({ $0.progress.files == 1 }) else { return }
    Screen.shared.note(
      file.lastLine(printable(nameOf(index)), size: size, width: Terminal.size.columns, at: Screen.shared.now))
  }

  func say(_ line: String) {
    if options.isOutputTaken { Screen.shared.note(line) } else { Screen.shared.out(line) }
  }

  // MARK: How much is said

  /// Whether each file that is through gets its line.
  private var mayNameEach: Bool {
    switch style {
    case .quiet, .json: false
    case .plain: true
    case .terminal:
      options.verbose || state.withLock { ($0.progress.files ?? 0) + $0.progress.folders <= Self.fewFiles }
    }
  }

  private enum Kind { case failure, notice }

  /// Whether one more line about a file that is not through is said: a terminal is not flooded.
  private func mayName(_ kind: Kind) -> Bool {
    if style == .quiet && kind == .notice { return false }
    guard style == .terminal, !options.verbose else { return true }
    let count = state.withLock { state in
      state.lines += 1
      return state.lines
    }
    if count == Self.fewFiles + 1 {
      Screen.shared.note("landline: there are more; what failed is named at the end, and all with --verbose")
    }
    return count <= Self.fewFiles
  }
}
