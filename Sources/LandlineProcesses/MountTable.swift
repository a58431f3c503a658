import Glibc

/// Where file systems are mounted (man 5 proc, mountinfo), to find every path by which a folder can be reached.
struct MountTable {
  struct Mount: Hashable {
    /// The file system.
    var device: String
    /// What of it is seen here.
    var root: String
    var point: String
  }

  let mounts: [Mount]

  /// Those of this process, now.
  init() {
    self.init(text: Self.read("/proc/self/mountinfo"))
  }

  init(text: [UInt8]) {
    mounts = text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count > 5 else { return nil }
      return Mount(
        device: String(decoding: fields[2], as: UTF8.self), root: Self.unescaped(fields[3]),
        point: Self.unescaped(fields[4]))
    }
  }

  /// All paths of a folder.
  /// - Parameter path: one of them, absolute and without symbolic links.
  func paths(of path: String) -> Set<String> {
    var paths: Set<String> = [path]
    // The last of those that are mounted the deepest is the one that is seen.
    guard
      let own = mounts.last(where: { mount in
        Self.isBelow(path, mount.point)
          && !mounts.contains { Self.isBelow(path, $0.point) && $0.point.utf8.count > mount.point.utf8.count }
      })
    else { return paths }
    let inside = Self.joined(own.root, Self.rest(of: path, below: own.point))
    for mount in mounts where mount.device == own.device {
      if Self.isBelow(inside, mount.root) {
        paths.insert(Self.joined(mount.point, Self.rest(of: inside, below: mount.root)))
      } else if Self.isBelow(mount.root, inside), !Self.isBelow(mount.point, path) {
        // Something of it, mounted elsewhere by itself.
        paths.insert(mount.point)
      }
    }
    return paths
  }

  /// Whether a path is a folder, or in it.
  static func isBelow(_ path: String, _ folder: String) -> Bool {
    folder == "/" || path == folder || path.hasPrefix(folder + "/")
  }

  private static func rest(of path: String, below folder: String) -> String {
    folder == "/" ? String(path.dropFirst()) : String(path.dropFirst(folder.count + 1))
  }

  private static func joined(_ folder: String, _ rest: String) -> String {
    if rest.isEmpty { return folder }
    return folder == "/" ? "/" + rest : folder + "/" + rest
  }

  /// `\040` for a space, and the like.
  private static func unescaped(_ field: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
        bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func read(_ path: String) -> [UInt8] {
    let raw = open(path, O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { return [] }
    let file = Descriptor(owning: raw)
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < 16 << 20 {
      let count = Glibc.read(file.raw, &room, room.count)
      guard count > 0 else { break }
      bytes += room[..<count]
    }
    return bytes
  }
}

/// Says when something was mounted or taken away (man 5 proc, mountinfo).
struct MountWatch: Sendable {
  private let file: Descriptor?

  init() {
    let raw = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
    file = raw >= 0 ? Descriptor(owning: raw) : nil
  }

  /// Whether that was since this was asked the last time.
  var haveChanged: Bool {
    guard let file else { return true }
    var interest = pollfd(fd: file.raw, events: Int16(POLLPRI), revents: 0)
    return poll(&interest, 1, 0) != 0
  }
}
