import CLinux
import Glibc
import LandlineProtocol
import LandlineServices

/// The part of a folder that one `list` answers.
struct FolderPage {
  var entries: [FolderEntry]
  /// Whether there are names behind it.
  var more: Bool
  /// Its last name, whether or not that still had a status.
  var last: [UInt8]?

  /// Reads the `limit` smallest names behind `after` and their statuses.
  static func read(
    _ folder: consuming Descriptor, at path: RemotePath, after: [UInt8]?, limit: Int
  ) throws(LineError) -> FolderPage {
    guard let stream = DirectoryStream(folder) else {
      throw LineError(errno: errno, action: "read the folder", path: path)
    }
    var names = SmallestNames(limit: max(limit, 1) + 1, after: after)
    let code = stream.forEachName { names.offer($0) }
    guard code == 0 else { throw LineError(errno: code, action: "read the folder", path: path) }
    var chosen = names.sorted()
    let more = chosen.count > max(limit, 1)
    if more { chosen.removeLast() }
    var entries: [FolderEntry] = []
    entries.reserveCapacity(chosen.count)
    for name in chosen {
      var status = stat()
      if fstatat(stream.raw, cString(name), &status, AT_SYMLINK_NOFOLLOW) == 0 {
        entries.append(FolderEntry(name: name, status: EntryStatus(status)))
      } else if errno != ENOENT {
        // ENOENT: removed since its name was read, so it is not there.
        throw LineError(errno: errno, action: "look into", path: path)
      }
    }
    return FolderPage(entries: entries, more: more, last: chosen.last)
  }
}

/// Keeps the smallest of the names it is offered, in memory for twice as many as it keeps: a folder
/// may have millions.
struct SmallestNames {
  private let limit: Int
  private let after: [UInt8]?
  private var names: [[UInt8]] = []
  /// What is not below this is out; known since names were dropped for the first time.
  private var bound: [UInt8]?

  init(limit: Int, after: [UInt8]?) {
    self.limit = limit
    self.after = after
  }

  /// Takes `name` if it may still be among them and is one that a client can ask for.
  mutating func offer(_ name: UnsafeRawBufferPointer) {
    if let after, !after.lexicographicallyPrecedes(name) { return }
    if let bound, !name.lexicographicallyPrecedes(bound) { return }
    guard RemotePath.problem(withComponent: name) == nil else { return }
    names.append(Array(name))
    if names.count >= 2 * limit { trim() }
  }

  /// The names in byte order.
  mutating func sorted() -> [[UInt8]] {
    trim()
    return names
  }

  private mutating func trim() {
    names.sort { $0.lexicographicallyPrecedes($1) }
    guard names.count > limit else { return }
    names.removeLast(names.count - limit)
    bound = names.last
  }
}
