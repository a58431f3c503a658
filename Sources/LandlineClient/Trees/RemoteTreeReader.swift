import LandlineProtocol
import NIOCore

/// Makes a tree of the bodies that answer `tree` (docs/PROTOCOL.md section 6), whose names come from a peer: each is
/// checked here, once, before it can become part of any path.
struct RemoteTreeReader {
  private var builder = FileTreeBuilder()
  /// The folders that are open, outermost first, and the length of the path of each with its `/`.
  private var open: [(index: Int, length: Int)] = []
  /// The path of the innermost open folder, with a `/` at its end; empty for the root.
  private var prefix: [UInt8] = []
  /// The last entry of the root and of each open folder, for the order.
  private var last: [Int?] = [nil]

  var count: Int { builder.nodes.count }

  /// Adds the entries of one body.
  mutating func read(_ body: [UInt8]) throws {
    let start = count
    do {
      try readQuickly(body)
    } catch is EntryScanner.Unreadable {
      guard count == start, let entries = try? JSON.decode([Entry].self, from: body) else {
        throw ClientError(.badAnswer, "the server sent a list of names that cannot be read")
      }
      for entry in entries { try add(entry) }
    }
  }

  /// The tree of all that was read.
  /// - Parameter omitted: how many names the server says it has left out.
  consuming func finish(root: String, omitted: Int64 = 0) -> FileTree {
    while let folder = open.popLast() { builder.close(folder.index) }
    if omitted > 0 {
      var notice = TreeNotice(kind: .omitted)
      notice.count = omitted
      builder.notices.append(notice)
    }
    return FileTree(builder, root: root, followsLinks: false)
  }

  private mutating func readQuickly(_ body: [UInt8]) throws {
    // A body is read by the one scanner or by the other, so first it is seen whether this one can.
    var items: [EntryScanner.Item] = []
    items.reserveCapacity(body.count / 100)
    var scanner = EntryScanner()
    while let item = try scanner.next(in: body.span) { items.append(item) }
    var plain: [UInt8] = []
    for item in items {
      let entry = FileTree.Entry(
        kind: FileTree.Kind(item.kind), size: item.size ?? 0, modified: item.modified, isExecutable: item.isExecutable)
      if item.name.isEscaped {
        plain.removeAll(keepingCapacity: true)
        guard FlatJSON.unescape(item.name, in: body.span, into: &plain) else { throw EntryScanner.Unreadable() }
        try add(plain[...], entry, item.sha256)
      } else {
        try add(body[item.name.range], entry, item.sha256)
      }
    }
  }

  private mutating func add(_ entry: Entry) throws {
    guard let name = entry.name, (0..<1_000_000_000).contains(entry.mtimeNanos), entry.size ?? 0 >= 0 else {
      throw ClientError(.badAnswer, "the server sent an entry without a name, or with an impossible size or time")
    }
    try add(
      Array(name.utf8)[...],
      FileTree.Entry(
        kind: FileTree.Kind(entry.kind), size: entry.size ?? 0,
        modified: FileTime(seconds: entry.mtime, nanoseconds: entry.mtimeNanos),
        isExecutable: entry.executable ?? false),
      entry.sha256)
  }

  private mutating func add(_ path: ArraySlice<UInt8>, _ entry: FileTree.Entry, _ digest: Digest256?) throws {
    closeFolders(notAbove: path)
    var rest = path.dropFirst(prefix.count)
    // A folder that the caller may not see, though what is in it.
    while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
      _ = try append(
        rest[..<slash],
        FileTree.Entry(kind: .folder, size: 0, modified: entry.modified, isExecutable: false))
      rest = rest[(slash + 1)...]
    }
    var entry = entry
    if entry.kind != .file { entry.size = 0 }
    let index = try append(rest, entry)
    if entry.kind == .other {
      builder.notices.append(TreeNotice(kind: .other, index: index))
    } else if entry.kind == .file, LocalName.isPart(rest) {
      builder.notices.append(TreeNotice(kind: .part, index: index))
    }
    if let digest { builder.setDigest(digest, of: index) }
  }

  private mutating func closeFolders(notAbove path: ArraySlice<UInt8>) {
    while !open.isEmpty, !path.starts(with: prefix) {
      let folder = open.removeLast()
      builder.close(folder.index)
      last.removeLast()
      prefix.removeSubrange((open.last?.length ?? 0)...)
    }
  }

  /// Adds a name to the innermost open folder, and opens it if it is a folder's.
  private mutating func append(_ name: ArraySlice<UInt8>, _ entry: FileTree.Entry) throws -> Int {
    guard LocalName.canTravel(name), open.count < RemotePath.maximumComponents else {
      throw ClientError(.badAnswer, "the server sent an impossible name, '\(Self.printable(name))'")
    }
    // The order also says that no name comes twice.
    if let previous = last[last.count - 1], !builder.name(previous).lexicographicallyPrecedes(name) {
      throw ClientError(.badAnswer, "the server sent names in the wrong order, at '\(Self.printable(name))'")
    }
    let index: Int
    do {
      index = try builder.append(name, in: open.last?.index, entry)
    } catch {
      throw FileTree.tooLarge("the folder on the server")
    }
    last[last.count - 1] = index
    if entry.kind == .folder {
      prefix += name
      prefix.append(UInt8(ascii: "/"))
      open.append((index, prefix.count))
      last.append(nil)
    }
    return index
  }

  private static func printable(_ name: ArraySlice<UInt8>) -> String {
    LandlineProtocol.printable(String(decoding: name, as: UTF8.self))
  }
}

extension FileTree.Kind {
  /// The word of the protocol.
  init(_ word: String) {
    self =
      switch word {
      case "file": .file
      case "folder": .folder
      default: .other
      }
  }

  init(_ kind: EntryScanner.Item.Kind) {
    self =
      switch kind {
      case .file: .file
      case .folder: .folder
      case .other: .other
      }
  }
}

extension Connection {
  /// Everything below a folder of the server.
  /// - Parameters:
  ///   - path: the folder; empty for the root.
  ///   - sha256: whether each file is to come with its hash, which the server computes where it has none on record.
  ///   - progress: told how many entries came so far, and how much was hashed, while that takes its time.
  /// - Returns: the tree; its notices name what is no file or folder, and say whether the server has left names out.
  /// - Throws: `refused`: `not-found`; `wrong-kind` when it is no folder.
  public func tree(
    _ path: String, sha256: Bool = false, progress: @Sendable (TreeProgress) -> Void = { _ in }
  ) async throws -> FileTree {
    try await withRequest(.tree(TreeRequest(path: path, sha256: sha256))) { request in
      var reader = RemoteTreeReader()
      var body: [UInt8] = []
      var missing = 0
      while true {
        switch try await request.next() {
        case .reply(.branch, let length):
          body.removeAll(keepingCapacity: true)
          missing = length
        case .slice(let slice):
          body += slice.readableBytesView
          missing -= slice.readableBytes
          if missing == 0 {
            try reader.read(body)
            progress(.entries(reader.count))
          }
        case .reply(.working(let answer), _):
          progress(.hashing(done: answer.done, total: answer.total))
        case .reply(.tree(let total), _):
          return reader.finish(root: path, omitted: total.omitted ?? 0)
        case .reply(let reply, _):
          throw ClientError.unexpected(reply, to: "'tree'")
        }
      }
    }
  }
}

/// How far the look at a tree has come.
public enum TreeProgress: Hashable, Sendable {
  /// So many entries are known.
  case entries(Int)
  /// So many bytes were hashed.
  case hashing(done: Int64, total: Int64)
}
