import CLinux
import Glibc
import LandlineProtocol
import LandlineServices

/// A walk through the tree with one open folder at a time and bounded memory.
///
/// ```
/// frames      videos/        names, sorted; the position in them
///             2024/          …
///             may/           …                    ← the folder that is open
/// ```
///
/// A folder is opened by its path from the root again and again, so one that was moved away is not followed there.
/// Each frame holds as many names as its share of the walk's memory allows, and reads its folder again for the rest.
final class DiskFolderWalk: FolderWalk {
  /// What one call of `next` does at most: names read, entries returned, bytes of their paths.
  private static let mostRead = 8_192
  private static let mostEntries = 512
  private static let mostBytes = 65_536
  /// Memory for names, in bytes: what a walk always has, what a frame always has, what a walk may take of the budget.
  private static let ownRoom = 131_072
  private static let frameRoom = 8_192
  private static let mostRoom = 8_388_608

  private struct Frame {
    /// How much of `prefix` is the path of the folders above this one.
    var parentLength: Int
    var names = SortedNames(after: nil)
    var next = 0
    /// Whether its names are still being read.
    var isReading = true
    /// Whether its names are read for the first time.
    var isFirstReading = true
  }

  private let tree: Tree
  private let base: RemotePath
  private let budget: NameBudget
  private let admits: ((_ path: [UInt8]) -> Bool)?
  private var frames = [Frame(parentLength: 0)]
  /// The path of the innermost frame's folder, relative to the base, with a `/` at its end; empty for the base itself.
  private var prefix: [UInt8] = []
  /// The innermost frame's folder, when it is open.
  private var stream: DirectoryStream?
  /// The memory that the walk may use, and that the frames that are read use.
  private(set) var omitted: Int64 = 0
  private var room = DiskFolderWalk.ownRoom
  private var used = 0

  /// - Parameter admits: whether a name (relative to the base) is to be met; a folder that is not is not entered.
  init(
    tree: Tree, base: RemotePath, budget: NameBudget, admits: ((_ path: [UInt8]) -> Bool)?
  ) throws(LineError) {
    self.tree = tree
    self.base = base
    self.budget = budget
    self.admits = admits
    guard let stream = DirectoryStream(try tree.openFolder(base)) else {
      throw LineError(errno: errno, action: "read the folder", path: base)
    }
    self.stream = consume stream
  }

  deinit {
    used = 0
    shrink()
  }

  var isOver: Bool { frames.isEmpty }

  func next() throws(LineError) -> [FolderEntry] {
    var entries: [FolderEntry] = []
    var bytes = 0
    var work = 0
    while !frames.isEmpty, entries.count < Self.mostEntries, bytes < Self.mostBytes, work < Self.mostRead {
      // In place: a copy of the frame would make each change copy all its names.
      let top = frames.count - 1
      let isPassed = !frames[top].isReading && frames[top].next == frames[top].names.count
      if isPassed, !frames[top].names.isTrimmed {
        // Of a folder that has gone away meanwhile nobody is to think that it is empty.
        if top == 0 { _ = try tree.openFolder(base) }
        leave()
        work += 1
      } else if try !openInnermost() {
        // It is gone, and with it what was to be met in it.
        leave()
      } else if isPassed {
        readOn()
      } else if frames[top].isReading {
        work += try read(atMost: Self.mostRead - work)
      } else {
        work += 1
        if let entry = try meetNext() {
          entries.append(entry)
          bytes += entry.name.count
        }
      }
    }
    return entries
  }

  /// Meets the next name of the innermost frame; if that is a folder, it is the innermost frame from then on.
  /// - Returns: nil for a name that is not to be met.
  private func meetNext() throws(LineError) -> FolderEntry? {
    let top = frames.count - 1
    let index = frames[top].next
    frames[top].next += 1
    let path = prefix + frames[top].names[index]
    if let admits, !admits(path) { return nil }
    var status = stat()
    let folder = stream?.raw ?? -1
    let result = frames[top].names.withCString(at: index) { fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW) }
    guard result == 0 else {
      // Removed since its name was read.
      if errno == ENOENT { return nil }
      throw LineError(errno: errno, action: "look at", path: self.path(of: path))
    }
    let entry = FolderEntry(name: path, status: EntryStatus(status))
    guard entry.status.kind == .folder else { return entry }
    if base.components.count + frames.count < RemotePath.maximumComponents {
      frames.append(Frame(parentLength: prefix.count))
      prefix = path + [UInt8(ascii: "/")]
      stream = nil
    } else if try !isEmpty(path) {
      omitted += 1
    }
    return entry
  }

  // MARK: Reading names

  /// Reads some names of the innermost frame's folder.
  /// - Returns: how many.
  private func read(atMost most: Int) throws(LineError) -> Int {
    let top = frames.count - 1
    let base = self.base.bytes.count
    let longest = Tree.longestPath - prefix.count - (base > 0 ? base + 1 : 0)
    var names = SortedNames(after: nil)
    swap(&names, &frames[top].names)
    var count = 0
    var left: Int64 = 0
    let (prefix, admits) = (prefix, admits)
    let isFirst = frames[top].isFirstReading
    // `readdir` gives a name to a closure that must not touch the walk: it works on a local copy.
    let (code, isAtEnd) =
      stream?.readNames { name, _ in
        count += 1
        if name.count <= longest, RemotePath.problem(withComponent: name) == nil {
          names.offer(name)
        } else if isFirst, admits?(prefix + name) != false {
          left += 1
        }
        return count < most
      } ?? (0, true)
    swap(&names, &frames[top].names)
    omitted += left
    guard code == 0 else { throw LineError(errno: code, action: "read the folder", path: path(of: prefix)) }
    // Half of what is free stays so, for the folders in this one.
    while frames[top].names.cost > free / 2, grow() {}
    if frames[top].names.cost > max(free, 2 * Self.frameRoom) {
      frames[top].names.sort(keeping: max(free / 2, Self.frameRoom))
    }
    if isAtEnd {
      frames[top].names.sort(keeping: max(free / 2, Self.frameRoom))
      frames[top].isReading = false
      used += frames[top].names.cost
    }
    return count
  }

  /// Begins to read the innermost frame's folder again, for the names behind those that it had.
  private func readOn() {
    let top = frames.count - 1
    used -= frames[top].names.cost
    frames[top].names = SortedNames(after: frames[top].names[frames[top].names.count - 1])
    frames[top].next = 0
    frames[top].isReading = true
    frames[top].isFirstReading = false
    stream?.seek(to: 0)
  }

  /// The memory that no frame uses.
  private var free: Int { room - used }

  /// Gets more memory, if there is some.
  private func grow() -> Bool {
    guard room < Self.mostRoom, budget.take() else { return false }
    room += NameBudget.piece
    return true
  }

  /// Gives back the memory that is not needed any more.
  private func shrink() {
    while room - NameBudget.piece >= max(Self.ownRoom, 2 * used) {
      room -= NameBudget.piece
      budget.giveBack()
    }
  }

  // MARK: Folders

  /// Whether nothing is in a folder that is too deep to be entered.
  private func isEmpty(_ path: [UInt8]) throws(LineError) -> Bool {
    let folder: Descriptor
    do throws(LineError) {
      folder = try tree.openFolder(self.path(of: path))
    } catch {
      if error.code == .notFound || error.code == .wrongKind { return true }
      throw error
    }
    guard let opened = DirectoryStream(folder) else {
      throw LineError(errno: errno, action: "read the folder", path: self.path(of: path))
    }
    // The first name says enough.
    return opened.readNames { _, _ in false }.isAtEnd
  }

  /// Sees to it that the innermost frame's folder is open.
  /// - Returns: false when it is not there any more.
  private func openInnermost() throws(LineError) -> Bool {
    if stream != nil { return true }
    let folder: Descriptor
    do throws(LineError) {
      folder = try tree.openFolder(path(of: prefix))
    } catch {
      // Removed, or something else has its name now. That the walk's own folder is, its caller is told.
      if frames.count > 1, error.code == .notFound || error.code == .wrongKind { return false }
      throw error
    }
    guard let opened = DirectoryStream(folder) else {
      throw LineError(errno: errno, action: "read the folder", path: path(of: prefix))
    }
    stream = consume opened
    return true
  }

  /// Leaves the innermost frame.
  private func leave() {
    guard let frame = frames.popLast() else { return }
    if !frame.isReading { used -= frame.names.cost }
    prefix.removeLast(prefix.count - frame.parentLength)
    stream = nil
    shrink()
  }

  /// The path of a name below the base.
  private func path(of name: [UInt8]) -> RemotePath {
    let names = name.split(separator: UInt8(ascii: "/"))
    // Each was found good when it was read.
    return names.reduce(base) { path, name in (try? path.appending(Array(name))) ?? path }
  }
}
