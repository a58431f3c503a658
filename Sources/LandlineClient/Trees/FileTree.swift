public import LandlineProtocol

/// A folder with everything below it, here or on a server, as it was when somebody looked.
///
/// Made for a million files: an entry takes 40 bytes and its name. Entries are numbered from 0 so that a folder comes
/// before what is in it, and the names of one folder in the order of their bytes; the root itself is no entry.
///
/// ```
/// root "docs"       0 a.txt   1 sub/   2 sub/b.txt   3 sub/c/   4 z.txt
/// ```
public final class FileTree: Sendable {
  /// What an entry is.
  public enum Kind: UInt8, Hashable, Sendable {
    case file, folder
    /// Neither: a symbolic link that is not followed, a device, a name that cannot travel, a folder that cannot be read.
    case other
  }

  /// An entry without its name.
  public struct Entry: Hashable, Sendable {
    public var kind: Kind
    /// Bytes; 0 for what is no file.
    public var size: Int64
    public var modified: FileTime
    public var isExecutable: Bool
  }

  struct Node: Sendable {
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int32
    /// The folder it is in; -1 for the root.
    var parent: Int32
    /// Behind the last entry below it.
    var end: Int32
    var nameStart: UInt32
    var nameCount: UInt8
    var kind: Kind
    var isExecutable: Bool
    var hasDigest = false
  }

  /// More entries than this are refused: a peer must not fill this machine's memory.
  public static let maximumCount = 20_000_000

  /// The folder, as it was named: a local path, or a path on the server.
  public let root: String
  /// Whether symbolic links were followed on the way.
  public let followsLinks: Bool
  /// What could not be taken along, or was left out.
  public let notices: [TreeNotice]
  /// How many of each; other entries count as neither.
  public let files: Int
  public let folders: Int
  /// Of all files, or the largest number, for a peer may name any sizes.
  public let bytes: Int64

  let nodes: [Node]
  private let names: [UInt8]
  /// 32 bytes for each entry; nothing when none has a digest.
  private let digests: [UInt8]

  init(_ builder: consuming FileTreeBuilder, root: String, followsLinks: Bool) {
    self.root = root
    self.followsLinks = followsLinks
    notices = builder.notices
    nodes = builder.nodes
    names = builder.names
    digests = builder.digests
    var files = 0
    var folders = 0
    var bytes: Int64 = 0
    for node in nodes {
      switch node.kind {
      case .file:
        files += 1
        bytes = bytes.addingSaturated(node.size)
      case .folder: folders += 1
      case .other: break
      }
    }
    self.files = files
    self.folders = folders
    self.bytes = bytes
  }

  /// How many entries there are.
  public var count: Int { nodes.count }

  /// The entry of that number.
  public subscript(_ index: Int) -> Entry {
    let node = nodes[index]
    return Entry(
      kind: node.kind, size: node.size,
      modified: FileTime(seconds: node.seconds, nanoseconds: node.nanoseconds),
      isExecutable: node.isExecutable)
  }

  /// A file's SHA-256, if the tree was asked for with them and the server could read it.
  public func sha256(_ index: Int) -> Digest256? {
    nodes[index].hasDigest ? Digest256(bytes: Array(digests[index * 32..<index * 32 + 32])) : nil
  }

  /// The last component of its path.
  public func name(_ index: Int) -> String { String(decoding: nameBytes(index), as: UTF8.self) }

  /// Its path from the root: `sub/b.txt`.
  public func path(_ index: Int) -> String {
    String(decoding: pathBytes(index), as: UTF8.self)
  }

  /// The folder it is in; nil for what is directly in the root.
  public func parent(of index: Int) -> Int? {
    let parent = nodes[index].parent
    return parent < 0 ? nil : Int(parent)
  }

  /// What is below it, at any depth; empty for what is no folder.
  public func descendants(of index: Int) -> Range<Int> { index + 1..<Int(nodes[index].end) }

  /// What is directly in a folder, in the order of the names' bytes.
  /// - Parameter folder: nil for the root.
  public func children(of folder: Int?) -> Children {
    Children(tree: self, position: folder.map { $0 + 1 } ?? 0, end: folder.map { Int(nodes[$0].end) } ?? count)
  }

  public struct Children: Sequence, IteratorProtocol, Sendable {
    let tree: FileTree
    var position: Int
    let end: Int

    public mutating func next() -> Int? {
      guard position < end else { return nil }
      defer { position = Int(tree.nodes[position].end) }
      return position
    }
  }

  func nameBytes(_ index: Int) -> ArraySlice<UInt8> {
    let node = nodes[index]
    return names[Int(node.nameStart)..<Int(node.nameStart) + Int(node.nameCount)]
  }

  func pathBytes(_ index: Int) -> [UInt8] {
    var count = -1
    var node = Int32(index)
    while node >= 0 {
      count += Int(nodes[Int(node)].nameCount) + 1
      node = nodes[Int(node)].parent
    }
    var path = [UInt8](repeating: UInt8(ascii: "/"), count: count)
    var end = count
    node = Int32(index)
    while node >= 0 {
      let name = nameBytes(Int(node))
      path.replaceSubrange(end - name.count..<end, with: name)
      end -= name.count + 1
      node = nodes[Int(node)].parent
    }
    return path
  }
}
