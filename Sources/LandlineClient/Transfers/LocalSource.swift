import Crypto
import Glibc
import LandlineProtocol
import NIOCore

/// A local file that is being sent, and the promise that it stayed the same meanwhile.
struct LocalSource: Sendable {
  let path: String
  let descriptor: Descriptor
  let size: Int64
  let modified: FileTime
  let isExecutable: Bool

  private var what: String { "cannot read '\(printable(path))'" }

  /// Opens a regular file.
  /// - Parameters:
  ///   - name: relative to `folder`, or to the current folder.
  ///   - path: for messages and results.
  ///   - followsLinks: whether the name may be a symbolic link.
  init(
    _ name: String, in folder: Descriptor? = nil, path: String, followsLinks: Bool = true
  ) throws(ClientError) {
    self.path = path
    // Without O_NONBLOCK a FIFO would wait here for its writer.
    let flags = O_RDONLY | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW)
    descriptor = try Descriptor.open(name, in: folder, flags: flags, toSay: "cannot read '\(printable(path))'")
    let status = try descriptor.status(toSay: "cannot read '\(printable(path))'")
    if status.isFolder {
      throw ClientError(
        .localFile, "'\(printable(path))' is a folder; to send it with everything in it, say -r")
    }
    guard status.isRegularFile else {
      throw ClientError(
        .localFile,
        "'\(printable(path))' is not a file; what a pipe gives can be sent as '-', standard input")
    }
    size = Int64(status.st_size)
    modified = status.modified
    isExecutable = status.st_mode & 0o111 != 0
  }

  /// Opens a file of a tree, by way of each folder above it.
  init(_ tree: FileTree, _ index: Int) throws(ClientError) {
    let folders = try LocalFolders(opening: tree.root, followsLinks: tree.followsLinks, missing: .isError)
    try self.init(tree, index, in: folders)
  }

  /// Opens a file of the tree to whose root `folders` belongs.
  init(_ tree: FileTree, _ index: Int, in folders: LocalFolders) throws(ClientError) {
    let path = tree.pathBytes(index)
    let parent = path.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    try self.init(
      tree.name(index), in: folders.open(path[..<parent]),
      path: LocalName.join(tree.root, String(decoding: path, as: UTF8.self)), followsLinks: tree.followsLinks)
  }

  /// Fills the beginning of `memory` with the whole file.
  /// - Throws: `changed` when the file has become shorter, or was written to.
  func readWhole(into memory: UnsafeMutableRawBufferPointer) throws(ClientError) {
    let room = UnsafeMutableRawBufferPointer(rebasing: memory[..<Int(size)])
    guard try descriptor.read(into: room, at: 0, toSay: what) == room.count else { throw changed }
    try checkUnchanged()
  }

  /// Fills `buffer` with up to `count` bytes from `offset`.
  /// - Throws: `changed` when the file has become shorter.
  func read(into buffer: inout ByteBuffer, count: Int, at offset: Int64) throws(ClientError) {
    var outcome: Result<Int, ClientError> = .success(0)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
      let room = UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(count))
      do throws(ClientError) {
        outcome = .success(try descriptor.read(into: room, at: offset, toSay: what))
      } catch {
        outcome = .failure(error)
      }
      return (try? outcome.get()) ?? 0
    }
    guard try outcome.get() == count else { throw changed }
  }

  /// - Throws: `changed` when somebody has written to the file since it was opened.
  func checkUnchanged() throws(ClientError) {
    let now = try descriptor.status(toSay: what)
    guard Int64(now.st_size) == size, now.modified == modified else { throw changed }
  }

  private var changed: ClientError {
    ClientError(
      .changed,
      "'\(printable(path))' was changed while it was read, so nothing was stored; "
        + "send it again when it is complete")
  }
}

extension stat {
  var modified: FileTime {
    FileTime(seconds: Int64(st_mtim.tv_sec), nanoseconds: Int32(st_mtim.tv_nsec))
  }
}

extension SHA256 {
  mutating func update(_ buffer: ByteBuffer) {
    buffer.withUnsafeReadableBytes { update(bufferPointer: $0) }
  }

  /// The digest of what was put in so far; more can follow.
  var current: Digest256 { Digest256(finalize()) }
}
