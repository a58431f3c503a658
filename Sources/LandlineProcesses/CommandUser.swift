import Glibc
import LandlineProtocol

/// The user that programs run as, as the system knows it (man 5 passwd).
struct CommandUser: Sendable {
  let id: uid_t
  let name: String
  /// The first is the group proper.
  let groups: [gid_t]
  let home: String
  let shell: String

  /// - Throws: `not-found`.
  init(named name: String) throws(LineError) {
    guard let found = Self.look({ getpwnam_r(name, $0, $1, $2, $3) }) else {
      throw LineError(.notFound, "there is no user '\(printable(name))' on this machine")
    }
    self = found
  }

  /// The server's own.
  static var own: CommandUser {
    look { getpwuid_r(geteuid(), $0, $1, $2, $3) } ?? CommandUser(id: geteuid(), group: getegid())
  }

  private init(id: uid_t, group: gid_t) {
    self.id = id
    name = String(id)
    groups = [group]
    home = "/"
    shell = "/bin/sh"
  }

  private typealias Look = (
    UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int, UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
  ) -> Int32

  private static func look(_ call: Look) -> CommandUser? {
    var entry = passwd()
    var result: UnsafeMutablePointer<passwd>?
    // Much more than any entry has.
    var room = [CChar](repeating: 0, count: 65_536)
    return room.withUnsafeMutableBufferPointer { room in
      guard let start = room.baseAddress, call(&entry, start, room.count, &result) == 0, result != nil else {
        return nil
      }
      return CommandUser(entry)
    }
  }

  private init?(_ entry: passwd) {
    guard let name = entry.pw_name else { return nil }
    id = entry.pw_uid
    self.name = String(cString: name)
    home = entry.pw_dir.map { String(cString: $0) } ?? "/"
    let shell = entry.pw_shell.map { String(cString: $0) } ?? ""
    self.shell = shell.hasPrefix("/") ? shell : "/bin/sh"
    var count: Int32 = 256
    var groups = [gid_t](repeating: 0, count: Int(count))
    guard getgrouplist(name, entry.pw_gid, &groups, &count) >= 0 else { return nil }
    // The group proper comes first (man 3 getgrouplist).
    self.groups = Array(groups.prefix(Int(count)))
  }
}
