import LandlineClient
import LandlineProtocol
import Synchronization

/// Carries a plan out, and says what happens.
struct SyncRun {
  static let heldBack =
    "landline: nothing was removed, for something could not be read or moved; mend that, and run the command again"

  let client: LandlineClient
  let plan: SyncPlan
  let options: SyncOptions
  let lines: SyncLines

  /// - Throws: `ExitStatus`, when something failed and was named.
  func run(_ reporting: TransferReport.Options) async throws {
    let plan = plan
    let direction: TransferReport.Direction = plan.direction == .up ? .put : .get
    let report = TransferReport(direction, place: lines.place, reporting) { index in
      PathText.join(plan.source.root, plan.source.path(Int(plan.transfers[index])))
    }
    report.state.withLock { state in
      state.progress.removed = 0
      state.progress.unchanged = plan.unchanged
    }
    for problem in plan.problems {
      let tree = problem.isOfDestination ? plan.destination : plan.source
      let side = problem.isOfDestination ? report.destination : report.source
      let name = problem.path.isEmpty ? tree.root : PathText.join(tree.root, problem.path)
      if let error = problem.error {
        report.fail(nil, name, error, on: side)
      } else {
        report.notice(name, problem.reason, on: side)
      }
    }
    let observer = SyncObserver(
      transfer: report.observer,
      removed: { report.removed(place(of: $0)) },
      notRemoved: { report.fail(nil, place(of: $0), $1, on: report.destination) })
    let folders = plan.transfers.count - plan.files
    let summary = try await report.show(files: plan.files, folders: folders, bytes: plan.bytes) {
      plan.isEmpty ? nil : try await client.sync(plan, options: options, observer: observer)
    }
    if summary?.madeDestination == true {
      let roots = (plan.source.root, plan.destination.root)
      let (here, there) = plan.direction == .up ? roots : (roots.1, roots.0)
      report.madeDestination(path: there, file: here)
    }
    let isHeldBack = plan.isDeletionHeldBack || summary?.isDeletionHeldBack == true
    if isHeldBack && report.style != .json {
      Screen.shared.note(Self.heldBack)
    }
    try report.end()
  }

  private func place(of index: Int) -> String {
    PathText.join(plan.destination.root, plan.destinationPath(Int32(index)))
  }
}
