import LandlineProtocol

/// Compares two trees, name by name: values in, a plan out.
struct SyncComparison {
  /// Two files that only their content can tell apart.
  struct Pair {
    var source: Int
    var destination: Int
  }

  private let source: FileTree
  private let destination: FileTree
  private let checksum: Bool
  private let delete: Bool
  /// Entries of the destination that could not be looked at: what is behind them nobody knows.
  private let unreadable: Set<Int>
  /// Entries of the destination that the source could not have, so that their absence there says nothing.
  private let unnameable: Set<Int>
  private(set) var plan: SyncPlan
  /// With `checksum`: what is still to be compared.
  private(set) var pairs: [Pair] = []

  /// Makes the plan, but for ``pairs``.
  init(_ direction: SyncDirection, source: FileTree, destination: FileTree, checksum: Bool, delete: Bool) {
    self.source = source
    self.destination = destination
    self.checksum = checksum
    plan = SyncPlan(direction, source: source, destination: destination)
    plan.isDeletionHeldBack = delete && source.notices.contains { $0.isFailure && !$0.isDangling }
    self.delete = delete && !plan.isDeletionHeldBack
    unreadable = Set(destination.notices.filter { $0.kind == .unreadable }.compactMap(\.index))
    unnameable = Set(destination.notices.filter { $0.kind == .name }.compactMap(\.index))
    compare(nil, nil)
  }

  /// Compares the content of two folders.
  private mutating func compare(_ sourceFolder: Int?, _ destinationFolder: Int?) {
    var ours = source.children(of: sourceFolder)
    var theirs = destination.children(of: destinationFolder)
    var our = ours.next()
    var their = theirs.next()
    let begin = plan.transfers.count
    var parts: [Int] = []
    while our != nil || their != nil {
      switch order(our, their) {
      case .onlySource(let index):
        add(index)
        our = ours.next()
      case .onlyDestination(let index):
        if LocalName.isPart(destination.nameBytes(index)) {
          parts.append(index)
        } else if delete, unnameable.contains(index) {
          plan.kept.append(Int32(index))
        } else if delete {
          plan.deletions.append(Int32(index))
        }
        their = theirs.next()
      case .both(let index, let other):
        compare(index, with: other)
        our = ours.next()
        their = theirs.next()
      }
    }
    if delete && !parts.isEmpty { removeParts(parts, but: plan.transfers[begin...], in: sourceFolder) }
  }

  /// Has parts of downloads removed, but for those that are to go on now.
  private mutating func removeParts(_ parts: [Int], but transfers: ArraySlice<Int32>, in folder: Int?) {
    var kept: Set<[UInt8]> = []
    for index in transfers where source.parent(of: Int(index)) == folder {
      kept.insert(Array(LocalTarget.partName(of: source.name(Int(index))).utf8))
    }
    for index in parts where !kept.contains(Array(destination.nameBytes(index))) {
      plan.deletions.append(Int32(index))
    }
  }

  private enum Order {
    case onlySource(Int)
    case onlyDestination(Int)
    case both(Int, Int)
  }

  /// Which of two names comes first; one of them is there.
  private func order(_ our: Int?, _ their: Int?) -> Order {
    guard let our else { return .onlyDestination(their ?? 0) }
    guard let their else { return .onlySource(our) }
    let name = source.nameBytes(our)
    let other = destination.nameBytes(their)
    if name.elementsEqual(other) { return .both(our, their) }
    return name.lexicographicallyPrecedes(other) ? .onlySource(our) : .onlyDestination(their)
  }

  private mutating func compare(_ index: Int, with other: Int) {
    if LocalName.isPart(source.nameBytes(index)) { return }
    switch (source.nodes[index].kind, destination.nodes[other].kind) {
    case (.other, _): break
    case (.folder, .folder): compare(.some(index), .some(other))
    case (.file, .file): compareFiles(index, other)
    case (_, let kind):
      if delete && !unreadable.contains(other) {
        plan.obstacles.append(Int32(other))
        add(index)
      } else {
        plan.conflicts.append(SyncPlan.Conflict(index: index, reason: reason(kind, unreadable.contains(other))))
      }
    }
  }

  private func reason(_ kind: FileTree.Kind, _ isUnreadable: Bool) -> String {
    if isUnreadable { return "what has this name at the destination cannot be read" }
    let what =
      switch kind {
      case .file: "a file"
      case .folder: "a folder"
      case .other: "neither a file nor a folder (a symbolic link, perhaps)"
      }
    return "at the destination it is \(what); move it away, or say --delete"
  }

  private mutating func compareFiles(_ index: Int, _ other: Int) {
    let ours = source.nodes[index]
    let theirs = destination.nodes[other]
    guard ours.size == theirs.size, ours.isExecutable == theirs.isExecutable else { return addFile(index) }
    if checksum {
      pairs.append(Pair(source: index, destination: other))
    } else if ours.seconds == theirs.seconds, ours.nanoseconds == theirs.nanoseconds {
      plan.unchanged += 1
    } else {
      addFile(index)
    }
  }

  /// Adds an entry that the destination does not have, with all below it.
  private mutating func add(_ index: Int) {
    if LocalName.isPart(source.nameBytes(index)) { return }
    var hasContent = false
    switch source.nodes[index].kind {
    case .other: break
    case .file: addFile(index)
    case .folder:
      for entry in source.descendants(of: index) where source.nodes[entry].kind != .other {
        hasContent = true
        break
      }
      if !hasContent { plan.transfers.append(Int32(index)) }
      for child in source.children(of: index) { add(child) }
    }
  }

  private mutating func addFile(_ index: Int) {
    plan.transfers.append(Int32(index))
    plan.bytes = plan.bytes.addingSaturated(source.nodes[index].size)
  }

  /// Settles the pairs.
  /// - Parameter areEqual: one for each of ``pairs``.
  consuming func finish(areEqual: [Bool]) -> SyncPlan {
    for (pair, isEqual) in zip(pairs, areEqual) {
      if isEqual { plan.unchanged += 1 } else { addFile(pair.source) }
    }
    // In the order of the tree, so that one folder's files follow each other.
    if !pairs.isEmpty { plan.transfers.sort() }
    return plan
  }
}
