import LandlineProtocol

/// Sees to it that an upload has one owner: the newest, for the older one is a connection that its client has given up.
public actor UploadRegistry {
  private struct Owner {
    var epoch: UInt64
    var supersede: @Sendable () -> Void
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private var owners: [UploadKey: Owner] = [:]
  private var lastEpoch: UInt64 = 0

  public init() {}

  /// Becomes the owner of `key`: tells the owner before to stop, and waits until it has.
  /// - Parameter supersede: called when the next owner comes; must lead to `release` soon.
  /// - Returns: the epoch, for `release`.
  func acquire(_ key: UploadKey, supersede: @escaping @Sendable () -> Void) async -> UInt64 {
    while let owner = owners[key] {
      owner.supersede()
      await withCheckedContinuation { owners[key]?.waiters.append($0) }
    }
    lastEpoch += 1
    owners[key] = Owner(epoch: lastEpoch, supersede: supersede)
    return lastEpoch
  }

  func release(_ key: UploadKey, epoch: UInt64) {
    guard let owner = owners[key], owner.epoch == epoch else { return }
    owners[key] = nil
    for waiter in owner.waiters { waiter.resume() }
  }

  /// Ends all uploads of an account.
  func supersedeAll(account: Int64) {
    for (key, owner) in owners where key.account == account { owner.supersede() }
  }
}
