import LandlineProtocol
import LandlineServices

/// Keeps the count of the bytes in use true: by a walk at the start, once an hour, and soon after it became doubtful.
struct UsageCounter {
  /// How long it takes at most until a doubt is noticed.
  private static let tick = Duration.seconds(1)
  /// Between two counts lies at least this, and so many times what the last one took: a walk is work for the disk.
  private static let shortestPause = Duration.seconds(5)
  private static let pauseFactor = 20
  private static let longestPause = Duration.seconds(3_600)

  let usage: DiskUsage
  /// Open descriptors.
  let folders: [Int32]

  /// Runs until its task is cancelled.
  func run() async {
    while !Task.isCancelled {
      let start = ContinuousClock.now
      usage.beginCount()
      usage.endCount(await count())
      let end = ContinuousClock.now
      let pause = max(Self.shortestPause, (end - start) * Self.pauseFactor)
      while !Task.isCancelled, .now - end < (usage.isStale ? min(pause, Self.longestPause) : Self.longestPause) {
        try? await Task.sleep(for: Self.tick)
      }
    }
  }

  private func count() async -> Int64? {
    var bytes: Int64 = 0
    for folder in folders {
      guard let found = try? await UsageCount.count(in: folder) else { return nil }
      bytes = bytes.addingSaturated(found)
    }
    return bytes
  }
}
