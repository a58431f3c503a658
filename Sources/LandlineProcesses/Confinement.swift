import CLaunch
import Glibc
import LandlineProtocol
import Synchronization

/// What keeps programs from becoming the server: another user, or Landlock.
final class Confinement: Sendable {
  enum Kind: Sendable {
    /// Another user, who may not enter `DATA/landline`.
    case user(CommandUser)
    /// The server's own, with the data folder hidden.
    case landlock(version: Int32)
    /// Neither can be had.
    case none(reason: String)
  }

  let kind: Kind
  private let data: String
  /// Where programs begin.
  private let folder: String
  private let trusted: Set<String>
  private let mounts = MountWatch()
  private let cache = Mutex(Cached())

  private struct Cached {
    var ruleset: Ruleset?
    var isStale = false
  }

  /// The first whose rules are about everything by which a file can be changed (man 7 landlock).
  private static let leastVersion: Int32 = 3

  /// - Parameters:
  ///   - user: the name of another user, or nil.
  ///   - data: the data folder, absolute.
  ///   - folder: where programs begin.
  ///   - trusted: folders that the server's user runs things from.
  /// - Throws: a sentence for the operator, when a user was named and cannot be had, or the folder is the server's own.
  init(user: String?, data: String, folder: String, trusted: [String]) throws(LineError) {
    let root = Self.real(data)
    let begin = Self.real(folder)
    self.data = root
    self.folder = begin
    // What lies among temporary files would take those away, if the data folder does not anyway.
    self.trusted = Set(trusted.map(Self.real)).filter { path in
      path.hasPrefix("/") && path != "/"
        && !["/tmp", "/var/tmp", "/dev/shm"].contains {
          MountTable.isBelow(path, $0) && (path == $0 || !MountTable.isBelow(root, $0))
        }
    }
    for own in [root, root + "/landline", root + "/files"] {
      guard own == begin || own != root && MountTable.isBelow(begin, own) else { continue }
      throw LineError(
        .badPath, "the folder for commands, '\(printable(folder))', is one that the server keeps from them")
    }
    if let user {
      kind = .user(try Self.other(user))
    } else {
      let version = claunch_landlock_version()
      if version >= Self.leastVersion {
        kind = .landlock(version: version)
      } else {
        let what = version == 0 ? "has no Landlock" : "has only version \(version) of Landlock, and not 3 (Linux 6.2)"
        kind = .none(
          reason: "its kernel \(what), and it does not run as root with another user for commands (--commands-user)")
      }
    }
  }

  private static func other(_ name: String) throws(LineError) -> CommandUser {
    let user = try CommandUser(named: name)
    guard geteuid() == 0 else {
      throw LineError(.forbidden, "commands can run as '\(printable(name))' only when the server is started as root")
    }
    guard user.id != 0 else {
      throw LineError(.forbidden, "commands cannot run as root, who may do everything that the server may")
    }
    return user
  }

  private static func real(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// What every launcher is told of it; see `options.h`.
  var launcherOptions: [String] {
    switch kind {
    case .user(let user):
      ["--user", "\(user.id)", "--groups", user.groups.map(String.init).joined(separator: ",")]
    case .landlock: ["--landlock"]
    case .none: []
    }
  }

  /// Whether the rules need not be made anew, for which folders are read.
  var isCurrent: Bool {
    guard case .landlock = kind else { return true }
    return cache.withLock { isCurrent(&$0) }
  }

  private func isCurrent(_ cached: inout Cached) -> Bool {
    guard !cached.isStale, let ruleset = cached.ruleset else { return false }
    // Remembered, for who watches mounts is told of each change once. Not let go of: that may free the blocks of files.
    cached.isStale = mounts.haveChanged || !ruleset.isCurrent
    return !cached.isStale
  }

  /// The rules for a program that begins now; nil where another user is enough.
  func ruleset() throws(LineError) -> Ruleset? {
    guard case .landlock(let version) = kind else { return nil }
    let result = cache.withLock { cached -> Result<Ruleset, LineError> in
      if isCurrent(&cached), let ruleset = cached.ruleset { return .success(ruleset) }
      do throws(LineError) {
        let hidden = MountTable().paths(of: data)
        // Not one that has the data folder in it.
        let own = hidden.contains { MountTable.isBelow($0, folder) } ? nil : folder
        let plan = RulesetPlan(hidden: hidden, folder: own, trusted: trusted, isRoot: geteuid() == 0)
        let ruleset = try Ruleset(plan, version: version)
        cached = Cached(ruleset: ruleset)
        return .success(ruleset)
      } catch {
        // Not even what was there before: something has changed.
        cached = Cached()
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension Ruleset {
  /// Whether nothing has come to be, in the folders above, that it does not know.
  fileprivate var isCurrent: Bool {
    above.allSatisfy { !$0.isFresh && FolderState($0.path) == $0 }
  }
}
