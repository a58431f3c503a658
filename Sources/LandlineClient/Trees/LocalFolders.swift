import Glibc
import LandlineProtocol

/// The way from one local folder to those below it, step by step, so that no symbolic link leads out of it; the folders
/// on the way to the last one stay open, for the next file is most often in the same.
final class LocalFolders {
  /// What to do about a folder that is not there.
  enum Missing {
    case isError, isMade
  }

  private struct Step {
    /// Where its name ends in `path`.
    var end: Int
    var folder: Descriptor
  }

  let root: Descriptor
  /// For messages.
  let rootPath: String
  private let followsLinks: Bool
  private let missing: Missing
  /// How many were made.
  private(set) var made = 0
  /// The way to the innermost open folder.
  private var path: [UInt8] = []
  private var steps: [Step] = []

  /// - Parameters:
  ///   - rootPath: as the person named it; it may itself be a symbolic link.
  ///   - followsLinks: whether those below it may be.
  init(_ root: Descriptor, at rootPath: String, followsLinks: Bool, missing: Missing) {
    self.root = root
    self.rootPath = rootPath
    self.followsLinks = followsLinks
    self.missing = missing
  }

  /// Opens a folder to begin with.
  convenience init(opening rootPath: String, followsLinks: Bool, missing: Missing) throws(ClientError) {
    let what = "cannot \(missing == .isMade ? "write into" : "read") the folder '\(printable(rootPath))'"
    let root = try Descriptor.open(rootPath, flags: O_RDONLY | O_DIRECTORY, toSay: what)
    self.init(root, at: rootPath, followsLinks: followsLinks, missing: missing)
  }

  /// Whether there is anything at `path`.
  static func isThere(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 || errno != ENOENT
  }

  /// Makes the folder `path` and those above it that are missing.
  /// - Returns: whether it was not there before.
  @discardableResult
  static func make(_ path: String) throws(ClientError) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    let code = errno
    if code == EEXIST { return false }
    let parent = LocalName.parent(of: path)
    guard code == ENOENT, let parent, !parent.isEmpty else {
      throw ClientError.local("cannot make the folder '\(printable(path))'", errno: code)
    }
    try make(parent)
    if mkdir(path, 0o777) == 0 { return true }
    guard errno == EEXIST else {
      throw ClientError.local("cannot make the folder '\(printable(path))'", errno: errno)
    }
    return false
  }

  /// The folder `wanted`, relative to the root; the root for the empty path.
  /// - Throws: `localFile`, about the component that is in the way.
  func open(_ wanted: ArraySlice<UInt8>) throws(ClientError) -> Descriptor {
    if wanted.elementsEqual(path) { return steps.last?.folder ?? root }
    while let last = steps.last, !isOnTheWay(last.end, to: wanted) { steps.removeLast() }
    path.removeSubrange((steps.last?.end ?? 0)...)
    var rest = wanted.dropFirst(path.isEmpty ? 0 : path.count + 1)
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
      try descend(rest[..<end])
      rest = rest[end...].dropFirst()
      // The slash at the end names a folder without a name.
      if rest.isEmpty, end < wanted.endIndex { try descend(rest) }
    }
    return steps.last?.folder ?? root
  }

  private func isOnTheWay(_ end: Int, to wanted: ArraySlice<UInt8>) -> Bool {
    guard wanted.starts(with: path[..<end]) else { return false }
    return wanted.count == end || wanted[wanted.startIndex + end] == UInt8(ascii: "/")
  }

  private func descend(_ component: ArraySlice<UInt8>) throws(ClientError) {
    let folder = steps.last?.folder ?? root
    // `..` would lead out of the root, and an empty name says that something is wrong.
    guard !component.isEmpty, !component.elementsEqual(".".utf8), !component.elementsEqual("..".utf8) else {
      throw failure(component, EINVAL, in: folder)
    }
    let name = String(decoding: component, as: UTF8.self)
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW)
    var number: Int32 = -1
    // Somebody may remove what was just made; not for ever.
    for attempt in 0... {
      number = openat(folder.number, name, flags)
      if number >= 0 { break }
      let code = errno
      if code == EINTR { continue }
      guard code == ENOENT, missing == .isMade, attempt < 8 else { throw failure(component, code, in: folder) }
      if mkdirat(folder.number, name, 0o777) == 0 {
        made += 1
      } else if errno != EEXIST {
        throw failure(component, errno, in: folder)
      }
    }
    if !path.isEmpty { path.append(UInt8(ascii: "/")) }
    path += component
    steps.append(Step(end: path.count, folder: Descriptor(owning: number)))
  }

  private func failure(_ component: ArraySlice<UInt8>, _ code: Int32, in folder: Descriptor) -> ClientError {
    let below = (path.isEmpty ? [] : path + [UInt8(ascii: "/")]) + component
    let place = printable(LocalName.join(rootPath, String(decoding: below, as: UTF8.self)))
    if code == ENOTDIR || code == ELOOP {
      var status = stat()
      let name = String(decoding: component, as: UTF8.self)
      let isLink = fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.isLink
      return ClientError(
        .localFile,
        isLink
          ? "'\(place)' is a symbolic link, which is not followed below the folder that was named"
          : "'\(place)' is not a folder, and something is to go into it")
    }
    return ClientError.local("cannot \(missing == .isMade ? "make" : "open") the folder '\(place)'", errno: code)
  }
}
