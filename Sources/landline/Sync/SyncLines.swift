import Glibc
import LandlineClient
import LandlineProtocol

/// What a sync says before anything is changed: how far the look at both folders is, and the plan.
struct SyncLines: Sendable {
  /// The server's name as the person writes it: `office:`, or `:`.
  let place: String
  let json: Bool

  // MARK: Looking

  /// Shows on a terminal what goes on while the folders are compared.
  func planning<Value>(
    quiet: Bool, _ body: (@escaping @Sendable (SyncStep) -> Void) async throws -> Value
  ) async throws -> Value {
    if json { Interrupt.say(inJSONOn: STDOUT_FILENO) }
    defer { Interrupt.say(inJSONOn: nil) }
    let draws = !json && !quiet && Terminal.canDraw
    let pace = DrawingPace()
    defer { if draws { Screen.shared.clear() } }
    return try await body { step in
      guard draws, pace.isDue(.now) else { return }
      let columns = Terminal.size.columns
      Screen.shared.draw([TextWidth.cut(words(step), to: columns - 1)], columns: columns)
    }
  }

  private func words(_ step: SyncStep) -> String {
    switch step {
    case .remote(.entries(let count)): "looking: \(Format.count(count)) names on the server so far"
    case .remote(.hashing(let done, let total)):
      "the server compares contents: \(Format.percent(done, of: total)) % of \(Format.bytes(total))"
    case .reconnecting(let why): "\(why.message); trying again"
    case .hashing(let done, let total):
      "comparing contents: \(Format.percent(done, of: total)) % of \(Format.bytes(total))"
    }
  }

  // MARK: The plan

  /// Shows what would be done, a line for each step in their order, and what cannot be.
  /// - Throws: `ExitStatus`, when something cannot be.
  func show(_ plan: SyncPlan) throws {
    var isComplete = true
    for problem in plan.problems {
      isComplete = isComplete && !problem.isFailure
      say(problem.isFailure ? "failed" : "skip", problem.path.isEmpty ? "." : problem.path, message: problem.reason)
    }
    for index in plan.obstacles { say("remove", plan.destinationPath(index)) }
    let known = plan.destination.filePaths
    for index in plan.transfers {
      let path = plan.source.path(Int(index))
      let entry = plan.source[Int(index)]
      if entry.kind == .folder {
        say("make", path + "/")
      } else {
        let isNew = !known.contains(Array(path.utf8))
        say(isNew ? plan.direction.verb : "replace", path, entry.size)
      }
    }
    if plan.makesEmptyDestination { say("make", "./") }
    for index in plan.deletions { say("remove", plan.destinationPath(index)) }
    summarize(plan)
    if !isComplete { throw ExitStatus.someFailed }
  }

  private func say(_ action: String, _ path: String, _ size: Int64? = nil, message: String? = nil) {
    if json {
      var event = JSONEvent("plan")
      event.action = action
      event.path = path
      event.size = size
      event.message = message
      JSONLine.write(event)
      return
    }
    let word = action + String(repeating: " ", count: max(0, 8 - action.count))
    let end = (size.map { " (\(Format.bytes($0)))" } ?? "") + (message.map { ": \($0)" } ?? "")
    Screen.shared.out("\(word)\(printable(path))\(end)")
  }

  private func summarize(_ plan: SyncPlan) {
    let files = plan.files
    let folders = plan.folders
    let removed = plan.obstacles.count + plan.deletions.count
    if json {
      var event = JSONEvent("summary")
      event.files = files
      event.folders = folders
      event.removed = removed
      event.unchanged = plan.unchanged
      event.bytes = plan.bytes
      JSONLine.write(event)
      return
    }
    var parts: [String] = []
    if files > 0 {
      parts.append("\(Format.count(files, "file")) to \(plan.direction.verb) (\(Format.bytes(plan.bytes)))")
    }
    if folders > 0 { parts.append("\(Format.count(folders, "folder")) to make") }
    if removed > 0 { parts.append("\(Format.count(removed)) to remove") }
    parts.append("\(Format.count(plan.unchanged)) unchanged")
    Screen.shared.note("dry run: " + parts.joined(separator: ", ") + "; nothing was done")
    if plan.isDeletionHeldBack { Screen.shared.note(SyncRun.heldBack) }
  }
}

extension SyncDirection {
  var verb: String { self == .up ? "send" : "fetch" }
}

extension SyncPlan {
  struct Problem {
    /// In the folder that is compared; empty for the folder itself.
    var path: String
    /// Why it is left alone.
    var reason: String
    /// That it is a failure; nil when it is left out by rule.
    var error: ClientError?
    /// Whether it is of the destination.
    var isOfDestination = false
    var isFailure: Bool { error != nil }
  }

  /// How many files are moved, and how many folders made.
  var files: Int { transfers.count { source[Int($0)].kind == .file } }
  var folders: Int { transfers.count - files + (makesEmptyDestination ? 1 : 0) }

  /// What is left alone: by rule, because it cannot be read, or because something else has its name.
  var problems: [Problem] {
    let notices = source.notices.map { notice in
      Problem(
        path: notice.index.map { source.path($0) } ?? "", reason: source.reason(of: notice),
        error: notice.isFailure ? source.error(of: notice) : nil)
    }
    let conflicts = conflicts.map { conflict in
      Problem(
        path: source.path(conflict.index), reason: conflict.reason, error: ClientError(.localFile, conflict.reason))
    }
    let kept = kept.map { index in
      let notice = TreeNotice(kind: .name, index: Int(index))
      return Problem(
        path: destination.path(Int(index)),
        reason: "kept, for no server can have it: \(destination.reason(of: notice))", isOfDestination: true)
    }
    return notices + conflicts + kept
  }

  /// A path at the destination, with a `/` behind a folder's.
  func destinationPath(_ index: Int32) -> String {
    destination.path(Int(index)) + (destination[Int(index)].kind == .folder ? "/" : "")
  }
}

extension FileTree {
  /// Compared as bytes, as all names are.
  fileprivate var filePaths: Set<[UInt8]> {
    var paths: Set<[UInt8]> = []
    for index in 0..<count where self[index].kind == .file { paths.insert(Array(path(index).utf8)) }
    return paths
  }
}
