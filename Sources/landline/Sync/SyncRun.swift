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
      if problem.isFailure {
        report.fail(nil, problem.name, ClientError(.localFile, problem.reason))
      } else {
        report.notice(problem.name, problem.reason)
      }
    }
    let observer = SyncObserver(
      transfer: report.observer,
      removed: { report.removed(place(of: $0)) },
      notRemoved: { report.fail(nil, place(of: $0), $1) })
    let summary = try await report.show(files: plan.transfers.count, bytes: plan.bytes) {
      plan.isEmpty ? nil : try await client.sync(plan, options: options, observer: observer)
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
