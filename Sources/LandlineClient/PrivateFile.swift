import Glibc
import LandlineProtocol

/// Files that only their owner may read: written whole or not at all, read only while nobody else can.
enum PrivateFile {
  /// Makes `path` and the folders above it that are missing; the last one is for its owner only.
  static func makeFolder(_ path: String) throws(ClientError) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")),
      slash > path.startIndex
    else { throw ClientError.local("cannot make the folder '\(printable(path))'", errno: errno) }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw ClientError.local("cannot make the folder '\(printable(path))'", errno: errno)
    }
  }

  /// Replaces `name` in `folder` by `bytes`: afterwards the old content is there or the new, also after a crash.
  static func write(_ bytes: [UInt8], as name: String, in folder: String) throws(ClientError) {
    let what = "cannot write '\(printable(folder))/\(name)'"
    let parent = try Descriptor.open(folder, flags: O_RDONLY | O_DIRECTORY, toSay: what)
    let temporary = ".\(name).\(getpid()).new"
    unlinkat(parent.number, temporary, 0)
    let file = try Descriptor.open(
      temporary, in: parent, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600,
      toSay: what)
    do throws(ClientError) {
      var failure: ClientError?
      bytes.withUnsafeBytes { buffer in
        do throws(ClientError) { try file.writeAll(buffer, toSay: what) } catch { failure = error }
      }
      if let failure { throw failure }
      try file.sync(toSay: what)
      guard renameat(parent.number, temporary, parent.number, name) == 0 else {
        throw ClientError.local(what, errno: errno)
      }
    } catch {
      unlinkat(parent.number, temporary, 0)
      throw error
    }
    try parent.sync(toSay: what)
  }

  /// The content of `name` in `folder`; nil when there is no such file.
  /// - Throws: also when others than the owner may read or write it: it holds a key.
  static func read(_ name: String, in folder: String) throws(ClientError) -> [UInt8]? {
    let path = "\(folder)/\(name)"
    let what = "cannot read '\(printable(path))'"
    var status = stat()
    if stat(path, &status) != 0 && errno == ENOENT { return nil }
    let file = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK, toSay: what)
    status = try file.status(toSay: what)
    guard status.isRegularFile, status.st_size <= 65_536 else {
      throw ClientError(.localFile, "\(what): it is not a file that landline has written")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw ClientError(
        .localFile,
        "'\(printable(path))' holds a private key, and others may read or change it; "
          + "if nobody has, repair it with: chmod 600 '\(printable(path))'")
    }
    return try file.readWhole(size: Int(status.st_size), toSay: what)
  }
}

extension Descriptor {
  /// The first `size` bytes, fewer when the file is shorter.
  func readWhole(size: Int, toSay what: String) throws(ClientError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var outcome: Result<Int, ClientError> = .success(0)
    bytes.withUnsafeMutableBytes { buffer in
      do throws(ClientError) {
        outcome = .success(try read(into: buffer, at: 0, toSay: what))
      } catch {
        outcome = .failure(error)
      }
    }
    return Array(bytes.prefix(try outcome.get()))
  }
}
