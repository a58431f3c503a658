import LandlineClient
import LandlineProtocol

/// What is known of a whole run: what is through, what is on its way, what failed.
struct TransferProgress {
  /// As many files are shown at the same time.
  private static let maximumShown = 4

  /// In all; nil while it is not known.
  var files: Int?
  /// Folders that are to be made, beside the files.
  var folders = 0
  var bytes: Int64?
  private(set) var done = 0
  private(set) var made = 0
  /// Folders that were to be made, and were there.
  private(set) var there = 0
  private(set) var skipped = 0
  private(set) var failed = 0
  /// How many of the list have ended, one way or another.
  private(set) var ended = 0
  /// Of a sync: what is gone now, and what was the same.
  var removed: Int?
  var unchanged: Int?
  /// Of all that failed, in the order in which they did.
  private(set) var failedNames: [String] = []
  private(set) var statuses: Set<ExitStatus> = []
  /// Bytes of files that are through, and of those what this run moved.
  private(set) var doneBytes: Int64 = 0
  private var movedBytes: Int64 = 0
  private(set) var active: [Int: ActiveFile] = [:]
  private var rate = RateMeter()
  let began: ContinuousClock.Instant

  init(began: ContinuousClock.Instant) {
    self.began = began
    rate.note(0, at: began)
  }

  /// Whether nothing was done, and nothing failed.
  var isIdle: Bool { done + made + skipped + failed + (removed ?? 0) == 0 }

  /// How many have not ended yet.
  var left: Int { (files ?? 0) + folders - ended }

  // MARK: What happens

  mutating func begin(_ index: Int, _ file: ActiveFile) {
    active[index] = file
  }

  mutating func note(_ index: Int, _ event: TransferEvent) {
    active[index]?.note(event)
  }

  mutating func finish(_ index: Int, size: Int64) -> ActiveFile? {
    let file = active.removeValue(forKey: index)
    ended += 1
    done += 1
    doneBytes = doneBytes.addingSaturated(size)
    // A small file reports nothing on its way.
    movedBytes = movedBytes.addingSaturated(file.map { $0.done == 0 ? size : $0.moved } ?? size)
    return file
  }

  mutating func finishFolder(_ index: Int, isNew: Bool) {
    active[index] = nil
    ended += 1
    if isNew { made += 1 } else { there += 1 }
  }

  /// A folder that was not among those to be made was.
  mutating func noteMade() { made += 1 }

  mutating func skip(_ index: Int) {
    drop(index)
    skipped += 1
  }

  mutating func fail(_ index: Int?, name: String, _ error: ClientError) {
    if let index { drop(index) }
    failed += 1
    failedNames.append(name)
    statuses.insert(ExitStatus(error))
  }

  /// What will not be moved does not count as left.
  private mutating func drop(_ index: Int) {
    ended += 1
    guard let size = active.removeValue(forKey: index)?.size, let all = bytes else { return }
    bytes = max(0, all - size)
  }

  // MARK: What is shown

  var activeBytes: Int64 { active.values.reduce(0) { $0.addingSaturated($1.done) } }

  var total: (done: Int64, all: Int64?) {
    let done = doneBytes.addingSaturated(activeBytes)
    return (done, bytes.map { max($0, done) })
  }

  /// The lines for a terminal of this size: some of the files on their way, and what there is in all.
  /// - Parameter name: of a file, for the line.
  mutating func lines(
    width: Int, height: Int, at now: ContinuousClock.Instant, name: (Int) -> String
  ) -> [String] {
    rate.note(active.values.reduce(movedBytes) { $0.addingSaturated($1.moved) }, at: now)
    let isOne = files == 1
    let room = min(Self.maximumShown, height - (isOne ? 1 : 2))
    var lines: [String] = []
    for index in shown(now).prefix(max(room, isOne ? 1 : 0)) {
      if let line = active[index]?.line(printable(name(index)), width: width, at: now) { lines.append(line) }
    }
    if !isOne { lines.append(totalLine(width: width, at: now)) }
    return lines
  }

  /// Those that are worth a line: large, or slow. The ones that are on their way longest come first.
  private func shown(_ now: ContinuousClock.Instant) -> [Int] {
    active.filter { files == 1 || ($0.value.size ?? .max) > 1_048_576 || now - $0.value.began > .milliseconds(500) }
      .sorted { ($0.value.began, $0.key) < ($1.value.began, $1.key) }
      .map(\.key)
  }

  private func totalLine(width: Int, at now: ContinuousClock.Instant) -> String {
    let through = done + skipped
    var label = files.map { "\(Format.count(through)) of \(Format.count($0, "file"))" } ?? Format.count(through, "file")
    if failed > 0 { label += ", \(Format.count(failed)) failed" }
    let (done, all) = total
    return BarLine(
      name: label, done: done, total: all, rate: rate.perSecond, isStalled: rate.isStalled(at: now)
    ).text(width: width)
  }
}
