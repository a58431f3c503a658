import CLinux
import Glibc
import LandlineProtocol

/// Removes a local folder with all that is in it: two folders open at most, however deep it is. No symbolic link is
/// followed, and another file system that is mounted in it is not entered.
struct LocalFolderRemoval {
  /// What could not be removed, and why.
  struct Failure: Error {
    /// From the folder that was to be removed on, itself included.
    var path: String
    /// `EXDEV` for a mount.
    var code: Int32
  }

  /// What tells a folder from every other, and the mount that it was reached through.
  private struct Identity: Equatable {
    var device: dev_t
    var inode: ino_t
    /// 0 where the kernel does not tell.
    var mount: UInt64 = 0

    init?(_ number: Int32) {
      var status = stat()
      guard fstat(number, &status) == 0 else { return nil }
      device = status.st_dev
      inode = status.st_ino
      if clinux_mount_id(number, &mount) != 0 { mount = 0 }
    }

    func isSameMount(as other: Identity) -> Bool { device == other.device && mount == other.mount }
  }

  private struct Frame {
    /// Its name, and a NUL.
    var name: [UInt8]
    var identity: Identity
    /// The folders in it that are still to be removed.
    var pending: [[UInt8]] = []
  }

  /// The folder that the removed one is in.
  private let parent: Descriptor
  private let parentIdentity: Identity
  private var frames: [Frame] = []
  /// The innermost frame's folder.
  private var current: FolderStream?

  /// - Parameters:
  ///   - name: its bytes, and a NUL.
  ///   - parent: the folder it is in.
  static func remove(_ name: [UInt8], in parent: Descriptor) throws(Failure) {
    guard let identity = Identity(parent.number) else { throw Failure(path: shown([name]), code: errno) }
    var removal = LocalFolderRemoval(parent: parent, identity)
    try removal.enter(name)
    while let top = removal.frames.indices.last {
      if let next = removal.frames[top].pending.popLast() { try removal.enter(next) } else { try removal.leave() }
    }
  }

  private init(parent: Descriptor, _ identity: Identity) {
    self.parent = parent
    parentIdentity = identity
  }

  /// Opens a folder in the innermost one, and removes what is in it but for folders.
  private mutating func enter(_ name: [UInt8]) throws(Failure) {
    let number = Self.with(name) {
      openat(current?.number ?? parent.number, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    }
    guard number >= 0 else {
      if errno == ENOENT { return }
      throw failure(name, errno)
    }
    guard let folder = FolderStream(owning: number) else { throw failure(name, errno) }
    guard let identity = Identity(folder.number) else { throw failure(name, errno) }
    guard identity.isSameMount(as: parentIdentity) else { throw failure(name, EXDEV) }
    current = folder
    frames.append(Frame(name: name, identity: identity))
    let names = folder.names()
    guard names.code == 0 else { throw failure(nil, names.code) }
    for range in names.ranges {
      let name = Array(names.bytes[range.lowerBound...range.upperBound])
      let code = Self.unlink(name, in: folder.number)
      switch code {
      case 0, ENOENT: break
      case EISDIR: frames[frames.count - 1].pending.append(name)
      default: throw failure(name, code)
      }
    }
  }

  /// Removes the innermost folder, which is empty now.
  private mutating func leave() throws(Failure) {
    guard let frame = frames.last else { return }
    var above: FolderStream?
    if frames.count > 1 {
      if let current, case .success(let folder) = FolderStream.open("..", in: current.number, followsLinks: false) {
        above = folder
      }
      // Somebody has moved the folder elsewhere meanwhile: that is not ours to go on in.
      guard let above, Identity(above.number) == frames[frames.count - 2].identity else { throw failure(nil, ESTALE) }
    }
    current = above
    guard Self.with(frame.name, { unlinkat(above?.number ?? parent.number, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT
    else { throw failure(nil, errno) }
    frames.removeLast()
  }

  /// Removes a name that is no folder's.
  /// - Returns: 0 or `errno`; `EISDIR` for a folder.
  static func unlink(_ name: [UInt8], in folder: Int32) -> Int32 {
    if with(name, { unlinkat(folder, $0, 0) }) == 0 { return 0 }
    let code = errno
    // POSIX has EPERM for a folder, which can mean other things, too.
    guard code == EPERM else { return code }
    var status = stat()
    let isFolder = with(name) { fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW) } == 0 && status.isFolder
    return isFolder ? EISDIR : code
  }

  /// - Parameter name: with its NUL.
  private static func with<Value>(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Value) -> Value {
    name.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { $0.baseAddress.map(body) ?? body("") }
    }
  }

  /// - Parameter name: in the innermost folder; nil for that itself.
  private func failure(_ name: [UInt8]?, _ code: Int32) -> Failure {
    Failure(path: Self.shown(frames.map(\.name) + (name.map { [$0] } ?? [])), code: code)
  }

  private static func shown(_ names: [[UInt8]]) -> String {
    String(decoding: Array(names.map { $0.dropLast() }.joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
  }
}
