/// Which paths are allowed, before it is known which there are.
struct RulesetPlan: Sendable {
  enum Access: Hashable {
    case full, read
    /// Not itself: what is in it is looked at one by one.
    case inside
  }

  /// What is hidden, by all of its paths.
  let hidden: Set<String>
  /// Programs' own folder, allowed wherever it is.
  let folder: String?
  /// Folders out of which the server's user runs things: its home with what a login reads, the server's programs. Who could
  /// change them would be that user the next time.
  let trusted: Set<String>
  /// Root without its powers still owns the system's files.
  let isRoot: Bool

  /// Devices that are safe for anybody; of the others, disks among them, the server's user may own some.
  private static let devices: Set<String> = [
    "null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "mqueue", "fd", "stdin", "stdout",
    "stderr",
  ]

  /// The system's own, which root's programs may read and not change: else they could have the system do it for them.
  private static let system: Set<String> = [
    "bin", "boot", "etc", "lib", "lib32", "lib64", "libx32", "opt", "root", "run", "sbin", "usr", "var",
  ]

  func access(to path: String) -> Access? {
    if hidden.contains(path) { return nil }
    if hidden.contains(where: { $0.hasPrefix(path + "/") }) { return .inside }
    let access = usualAccess(to: path)
    guard access == .full else { return access }
    if trusted.contains(where: { MountTable.isBelow(path, $0) }) { return .read }
    return trusted.contains { MountTable.isBelow($0, path) } ? .inside : .full
  }

  private func usualAccess(to path: String) -> Access? {
    if path == "/dev" { return .inside }
    if path.hasPrefix("/dev/") {
      let name = path.dropFirst(5)
      return name.contains("/") || Self.devices.contains(String(name)) ? .full : nil
    }
    // A process writes there about itself by the descriptors that it has; the rest is the machine's.
    if path == "/proc" || path == "/sys" { return .read }
    return isRoot ? rootAccess(to: path) : .full
  }

  private func rootAccess(to path: String) -> Access {
    if path == "/var" { return .inside }
    if path == "/var/tmp" { return .full }
    let top = path.dropFirst().prefix { $0 != "/" }
    return Self.system.contains(String(top)) ? .read : .full
  }
}
