import Glibc

/// What the mode of a folder lets somebody do who does not own it.
enum FolderRights {
  private static let mostGroups = 1_024

  /// Whether a user other than root has the rights `need` (of 0o7: read, write, enter) by group or as everybody has them.
  static func extend(to user: uid_t, _ status: stat, _ need: mode_t) -> Bool {
    if user == 0 { return false }
    let isOfGroup = groups(of: user).contains(status.st_gid)
    return status.st_mode >> (isOfGroup ? 3 : 0) & need == need
  }

  private static func groups(of user: uid_t) -> [gid_t] {
    guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return [] }
    var count = Int32(mostGroups)
    var groups = [gid_t](repeating: 0, count: mostGroups)
    guard getgrouplist(name, entry.pointee.pw_gid, &groups, &count) >= 0 else { return [entry.pointee.pw_gid] }
    return Array(groups.prefix(Int(count)))
  }
}
