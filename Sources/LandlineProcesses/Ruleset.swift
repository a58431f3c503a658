import CLaunch
import Glibc
import LandlineProtocol

/// What a program may reach: everything but the server's data folder (man 7 landlock).
///
/// Landlock knows no exceptions, so what is beside the data folder is allowed one by one, and beside each folder above it:
///
/// ```
/// /              not itself, so it cannot be listed
/// ├── usr        allowed, with everything in it
/// └── srv        not itself
///     ├── www    allowed
///     └── DATA   not
///         └── commands    allowed again: the programs' own folder
/// ```
final class Ruleset: Sendable {
  let descriptor: Descriptor
  /// The folders above, as they were: when one has changed there may be something beside that is not allowed yet.
  let above: [FolderState]

  /// - Throws: `internal`.
  init(_ plan: RulesetPlan, version: Int32) throws(LineError) {
    let raw = claunch_ruleset(version)
    guard raw >= 0 else { throw LineError(errno: errno, "cannot make a Landlock ruleset") }
    descriptor = Descriptor(owning: raw)
    var above: [FolderState] = []
    var folders = ["/"]
    while let folder = folders.popLast() {
      above.append(FolderState(folder))
      for name in Self.names(in: folder) {
        let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
        switch plan.access(to: path) {
        case .none: break
        case .inside: folders.append(path)
        case .some(let access): try Self.allow(path, access, raw, version)
        }
      }
    }
    // Later than any of the folders: it is inside of one that is hidden.
    if let folder = plan.folder { try Self.allow(folder, .full, raw, version) }
    self.above = above
  }

  private static func allow(
    _ path: String, _ access: RulesetPlan.Access, _ ruleset: Int32, _ version: Int32
  ) throws(LineError) {
    // Links are followed to what has a rule of its own. What has gone, or is not ours, needs none.
    let raw = open(path, O_NOFOLLOW | O_CLOEXEC | claunch_o_path())
    guard raw >= 0 else { return }
    let file = Descriptor(owning: raw)
    var status = stat()
    guard fstat(file.raw, &status) == 0, status.st_mode & S_IFMT != S_IFLNK else { return }
    let kind = access == .full ? CLAUNCH_FULL : CLAUNCH_READ
    guard claunch_allow(ruleset, version, file.raw, Int32(kind.rawValue)) == 0 else {
      // Kernel's own file systems without a place in the tree: nothing in them is ours.
      if errno == EBADFD || errno == EINVAL { return }
      throw LineError(errno: errno, "cannot allow '\(printable(path))' to programs")
    }
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      // A name that is no UTF-8 gets no rule, and so no access.
      guard let name = String(validatingCString: claunch_name(entry)), name != ".", name != ".." else { continue }
      names.append(name)
    }
    return names
  }
}

/// A folder as it was at a moment.
struct FolderState: Hashable {
  let path: String
  private let device: UInt64
  private let number: UInt64
  private let seconds: Int
  private let nanoseconds: Int
  /// It had changed so short a time before that a further change may have left the same time.
  let isFresh: Bool

  init(_ path: String) {
    self.path = path
    var status = stat()
    let isThere = stat(path, &status) == 0
    device = isThere ? UInt64(status.st_dev) : 0
    number = isThere ? UInt64(status.st_ino) : 0
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let age = (now.tv_sec - seconds) * 1_000 + (now.tv_nsec - nanoseconds) / 1_000_000
    isFresh = age < 100
  }

  static func == (left: FolderState, right: FolderState) -> Bool {
    left.path == right.path && left.device == right.device && left.number == right.number
      && left.seconds == right.seconds && left.nanoseconds == right.nanoseconds
  }

  func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
