import LandlineProtocol

/// Puts a tree together, entry by entry, a folder before what is in it.
struct FileTreeBuilder {
  private(set) var nodes: [FileTree.Node] = []
  private(set) var names: [UInt8] = []
  private(set) var digests: [UInt8] = []
  var notices: [TreeNotice] = []

  /// The tree has more entries than it may have.
  struct TooLarge: Error {}

  /// Appends an entry.
  /// - Parameter parent: the number of its folder, which is still open; nil for the root.
  /// - Returns: its number.
  mutating func append(
    _ name: some Collection<UInt8>, in parent: Int?, _ entry: FileTree.Entry
  ) throws(TooLarge) -> Int {
    guard nodes.count < FileTree.maximumCount, names.count < Int(UInt32.max) - name.count, name.count < 256 else {
      throw TooLarge()
    }
    nodes.append(
      FileTree.Node(
        size: entry.size, seconds: entry.modified.seconds, nanoseconds: entry.modified.nanoseconds,
        parent: Int32(parent ?? -1), end: Int32(nodes.count + 1), nameStart: UInt32(names.count),
        nameCount: UInt8(name.count), kind: entry.kind, isExecutable: entry.isExecutable))
    names.append(contentsOf: name)
    return nodes.count - 1
  }

  /// Says that nothing more comes below the folder `index`.
  mutating func close(_ index: Int) {
    nodes[index].end = Int32(nodes.count)
  }

  mutating func setKind(_ kind: FileTree.Kind, of index: Int) {
    nodes[index].kind = kind
  }

  mutating func setDigest(_ digest: Digest256, of index: Int) {
    let end = index * 32 + 32
    if digests.count < end { digests += [UInt8](repeating: 0, count: end - digests.count) }
    digests.replaceSubrange(end - 32..<end, with: digest.bytes)
    nodes[index].hasDigest = true
  }

  func name(_ index: Int) -> ArraySlice<UInt8> {
    let node = nodes[index]
    return names[Int(node.nameStart)..<Int(node.nameStart) + Int(node.nameCount)]
  }

  func parent(of index: Int) -> Int? {
    let parent = nodes[index].parent
    return parent < 0 ? nil : Int(parent)
  }
}
