import Glibc
import LandlineProtocol
import LandlineServices
import LandlineStorage
import LandlineTransport
import Logging

/// What a server does beside answering: tidies, counts, and warns its operator in time.
struct Housekeeping: Sendable {
  private static let day = Duration.seconds(86_400)
  private static let lookAtDisk = Duration.seconds(60)

  let content: DiskContentStore
  let database: SQLiteStore
  let identity: ServerIdentity
  let blocking: BlockingTaskExecutor
  let logger: Logger

  /// Runs until its task is cancelled.
  func run() async {
    await withTaskGroup { tasks in
      tasks.addTask(executorPreference: blocking) { await everyDay() }
      tasks.addTask(executorPreference: blocking) { await content.keepCounting() }
      tasks.addTask(executorPreference: blocking) { await content.keepCountingAccounts() }
      tasks.addTask(executorPreference: blocking) { await watchDisk() }
    }
  }

  /// Drops uploads that nobody continued, and looks at the certificate and the database.
  private func everyDay() async {
    while !Task.isCancelled {
      do {
        try content.sweepUploads(now: Int64(time(nil)))
      } catch {
        logger.warning("old uploads could not be removed", metadata: ["error": "\(error)"])
      }
      identity.warnOfExpiry(now: Int64(time(nil)), logger)
      if let damage = await database.findDamage() {
        logger.error("the database is damaged: put it back from a backup", metadata: ["damage": "\(damage)"])
      }
      try? await Task.sleep(for: Self.day)
    }
  }

  private func watchDisk() async {
    var watch = DiskWatch()
    while !Task.isCancelled {
      if let space = try? content.space(), let change = watch.look(space, reserve: content.reserve(ofDisk: space.total))
      {
        let metadata: Logger.Metadata = ["free": "\(space.free)", "total": "\(space.total)"]
        switch change {
        case .low: logger.warning("disk low", metadata: metadata)
        case .enough: logger.notice("disk has room again", metadata: metadata)
        }
      }
      try? await Task.sleep(for: Self.lookAtDisk)
    }
  }
}

/// Decides when the disk's operator is to be told. A value without a clock or a disk.
struct DiskWatch {
  enum Change: Hashable { case low, enough }

  /// Below so much, where no reserve is larger, a disk is low.
  static let least: Int64 = 67_108_864

  private var isLow = false

  /// - Parameter reserve: bytes that stay free.
  /// - Returns: what has changed since the last look.
  mutating func look(_ space: (free: Int64, total: Int64), reserve: Int64) -> Change? {
    let least = max(reserve, min(Self.least, space.total / 50))
    let line = least.addingSaturated(least)
    if !isLow && space.free < line {
      isLow = true
      return .low
    }
    // Not at the same line, so that a disk that hovers there says nothing.
    if isLow && space.free > line.addingSaturated(line / 2) {
      isLow = false
      return .enough
    }
    return nil
  }
}
