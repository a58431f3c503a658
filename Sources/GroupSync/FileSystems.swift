import Synchronization

/// What is known of the file systems that files were synced on.
final class FileSystems: Sendable {
  private struct State {
    /// Whether syncfs(2) is to be used, by device.
    var usesSyncfs: [UInt64: Bool] = [:]
  }

  private let calls: SyncCalls
  /// A descriptor that has been open since before anything was written, and its device.
  private let watch: (descriptor: Int32, device: UInt64)?
  private let state = Mutex(State())

  init(calls: SyncCalls, watching descriptor: Int32?) {
    self.calls = calls
    watch = descriptor.flatMap { descriptor in calls.device(descriptor).map { (descriptor, $0) } }
  }

  /// Makes each of `descriptors` durable.
  /// - Returns: 0 or `errno` for each, in their order.
  func sync(_ descriptors: [Int32]) -> [Int32] {
    guard let fileSystem = calls.fileSystem, descriptors.count > SyncGroup.mostByOne else {
      return descriptors.map(calls.file)
    }
    var codes = [Int32](repeating: 0, count: descriptors.count)
    for members in Dictionary(grouping: descriptors.indices, by: { calls.device(descriptors[$0]) }) {
      if let device = members.key, members.value.count > SyncGroup.mostByOne,
        usesSyncfs(device, descriptors[members.value[0]])
      {
        // Each descriptor is told once of what could not be written since it was opened: one that is old hears of all.
        let witness = watch?.device == device ? watch?.descriptor : nil
        if fileSystem(witness ?? descriptors[members.value[0]]) == 0 { continue }
        // Whose it was, only fsync tells; and it may be a file's that comes in a later round.
        state.withLock { $0.usesSyncfs[device] = false }
      }
      for index in members.value { codes[index] = calls.file(descriptors[index]) }
    }
    return codes
  }

  private func usesSyncfs(_ device: UInt64, _ descriptor: Int32) -> Bool {
    if let known = state.withLock({ $0.usesSyncfs[device] }) { return known }
    let isTrusted = calls.isTrusted(descriptor)
    state.withLock { $0.usesSyncfs[device] = isTrusted }
    return isTrusted
  }
}
