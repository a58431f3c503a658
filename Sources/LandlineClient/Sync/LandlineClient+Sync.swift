import LandlineProtocol

/// What is looked at while a plan is made.
public enum SyncStep: Hashable, Sendable {
  /// The server's tree.
  case remote(TreeProgress)
  /// Local files are hashed. Bytes.
  case hashing(done: Int64, total: Int64)
  /// The connection was lost and is made again.
  case reconnecting(ClientError)
}

/// Who wants to know how a sync goes. Called from the tasks that do the work, so it must be quick.
public struct SyncObserver: Sendable {
  /// Of the plan's `transfers`, by their position in it.
  public var transfer: TransferObserver
  /// Something at the destination is gone; its number in the destination's tree.
  public var removed: @Sendable (_ index: Int) -> Void
  /// Something at the destination could not be removed.
  public var notRemoved: @Sendable (_ index: Int, _ error: ClientError) -> Void

  public init(
    transfer: TransferObserver = TransferObserver(), removed: @escaping @Sendable (Int) -> Void = { _ in },
    notRemoved: @escaping @Sendable (Int, ClientError) -> Void = { _, _ in }
  ) {
    self.transfer = transfer
    self.removed = removed
    self.notRemoved = notRemoved
  }
}

/// How a sync ended.
public struct SyncSummary: Hashable, Sendable {
  public var transfers = TransferSummary()
  /// Names that were removed; a folder counts once.
  public var removed = 0
  public var notRemoved = 0
  /// Whether the destination folder was made, with nothing to go into it.
  public var madeDestination = false
  /// Whether nothing was deleted at the end because not everything could be moved.
  public var isDeletionHeldBack = false
}

extension LandlineClient {
  /// Compares a local folder and a folder of the server, and says what is to be done to make one like the other.
  ///
  /// Files are the same when size, time of change and the permission to execute are. Parts of downloads
  /// (`.NAME.landline-part`) belong to neither side; with `delete` those go of which nothing more is to come. What a
  /// server could not have, by its name, is not deleted because the server does not have it.
  /// - Parameters:
  ///   - local: the folder here; for ``SyncDirection/down`` it may be missing.
  ///   - remote: the folder on the server; for ``SyncDirection/up`` it may be missing. Empty for the root.
  ///   - progress: told what is looked at, where that takes its time.
  /// - Throws: as ``withConnection(_:)``; when the source cannot be read.
  @concurrent
  public func planSync(
    _ direction: SyncDirection, local: String, remote: String, options: SyncOptions = SyncOptions(),
    progress: @escaping @Sendable (SyncStep) -> Void = { _ in }
  ) async throws -> SyncPlan {
    try await withTaskExecutorPreference(ClientRuntime.blocking) {
      async let here = localTree(direction, local, options)
      async let there = remoteTree(direction, remote, options, progress)
      let (localTree, remoteTree) = try await (here, there)
      let isUp = direction == .up
      let comparison = SyncComparison(
        direction, source: isUp ? localTree.tree : remoteTree.tree,
        destination: isUp ? remoteTree.tree : localTree.tree, checksum: options.checksum, delete: options.delete)
      var plan = try await settle(comparison, isUp, localTree.tree, remoteTree.tree, progress)
      plan.makesDestination = isUp ? !remoteTree.isThere : !localTree.isThere
      return plan
    }
  }

  /// Does what a plan says.
  ///
  /// What is in the way goes first, then files are moved, then what is not wanted any more is removed; nothing is removed
  /// at the end when something could not be moved. It can be ended at any point: each file is old or new, but
  /// where something was in the way perhaps gone and not there yet, and another plan goes on from there.
  /// - Returns: how much was done; single failures go to `observer`.
  /// - Throws: as ``put(_:to:options:observer:)``.
  @concurrent @discardableResult
  public func sync(
    _ plan: SyncPlan, options: SyncOptions = SyncOptions(), observer: SyncObserver = SyncObserver()
  ) async throws -> SyncSummary {
    try await withTaskExecutorPreference(ClientRuntime.blocking) {
      var summary = SyncSummary()
      try await remove(plan.obstacles, of: plan, observer, &summary)
      try await move(plan, options, observer, &summary)
      if summary.transfers.failed == 0 && summary.notRemoved == 0 {
        try await remove(plan.deletions, of: plan, observer, &summary)
      } else {
        summary.isDeletionHeldBack = !plan.deletions.isEmpty
      }
      return summary
    }
  }

  // MARK: The plan

  private typealias Found = (tree: FileTree, isThere: Bool)

  private func localTree(_ direction: SyncDirection, _ path: String, _ options: SyncOptions) throws -> Found {
    if direction == .down && !LocalFolders.isThere(path) {
      return (FileTree(FileTreeBuilder(), root: path, followsLinks: false), false)
    }
    let isSource = direction == .up
    return (
      try LocalWalk.walk(path, followsLinks: isSource && options.followLinks, includesParts: !isSource), true
    )
  }

  private func remoteTree(
    _ direction: SyncDirection, _ path: String, _ options: SyncOptions,
    _ progress: @escaping @Sendable (SyncStep) -> Void
  ) async throws -> Found {
    let advance = Reconnecting.Progress()
    return try await Reconnecting(client: self, onLoss: { progress(.reconnecting($0)) }).run(advance) { connection in
      do {
        let tree = try await connection.tree(path, sha256: options.checksum) { step in
          // What the server has hashed it need not hash again, so that counts.
          if case .hashing = step { advance.advance(by: 1) }
          progress(.remote(step))
        }
        return (tree, true)
      } catch let error as ClientError where direction == .up && error.refusal?.code == .notFound {
        return (FileTree(FileTreeBuilder(), root: path, followsLinks: false), false)
      }
    }
  }

  private func settle(
    _ comparison: SyncComparison, _ isUp: Bool, _ local: FileTree, _ remote: FileTree,
    _ progress: @escaping @Sendable (SyncStep) -> Void
  ) async throws -> SyncPlan {
    let pairs = comparison.pairs
    if pairs.isEmpty { return comparison.finish(areEqual: []) }
    let here = pairs.map { isUp ? $0.source : $0.destination }
    let there = pairs.map { isUp ? $0.destination : $0.source }
    let total = here.reduce(Int64(0)) { $0.addingSaturated(local.nodes[$1].size) }
    let digests = try await LocalHashing.hash(here, of: local) { progress(.hashing(done: $0, total: total)) }
    return comparison.finish(
      areEqual: zip(digests, there).map { digest, index in digest != nil && digest == remote.sha256(index) })
  }

  // MARK: What it says

  private func move(
    _ plan: SyncPlan, _ options: SyncOptions, _ observer: SyncObserver, _ summary: inout SyncSummary
  ) async throws {
    var transfer = TransferOptions(ifExists: .replace)
    transfer.jobs = options.jobs
    transfer.rateLimit = options.rateLimit
    transfer.makesDestination = true
    switch plan.direction {
    case .up:
      let folder = plan.destination.root
      if plan.transfers.isEmpty {
        if plan.makesDestination {
          try await Reconnecting(client: self, onLoss: observer.transfer.reconnecting).run(Reconnecting.Progress()) {
            summary.madeDestination = try await $0.makeFolder(folder, ifExists: .skip)
          }
        }
        return
      }
      summary.transfers = try await put(
        plan.transfers.map { .entry(plan.source, Int($0), below: "") }, to: .folder(folder), options: transfer,
        observer: observer.transfer)
    case .down:
      let folder = plan.destination.root
      if plan.transfers.isEmpty {
        if plan.makesDestination { summary.madeDestination = try LocalFolders.make(folder) }
        return
      }
      summary.transfers = try await get(
        plan.transfers.map { .entry(plan.source, Int($0), below: "") }, to: .folder(folder), options: transfer,
        observer: observer.transfer)
    }
  }

  private func remove(
    _ entries: [Int32], of plan: SyncPlan, _ observer: SyncObserver, _ summary: inout SyncSummary
  ) async throws {
    guard !entries.isEmpty else { return }
    let outcomes: (removed: Int, failed: Int)
    switch plan.direction {
    case .up:
      outcomes = try await RemoteRemoval(client: self, tree: plan.destination, entries: entries, observer: observer)
        .run()
    case .down:
      outcomes = try LocalRemoval(tree: plan.destination, observer: observer).run(entries)
    }
    summary.removed += outcomes.removed
    summary.notRemoved += outcomes.failed
  }
}
