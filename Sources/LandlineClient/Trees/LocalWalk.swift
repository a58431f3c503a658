import Glibc
import LandlineProtocol

extension FileTree {
  /// Looks at everything below a local folder.
  ///
  /// What cannot be taken along is an entry of the kind `other` and a notice, not an error. Parts of downloads
  /// (`.NAME.landline-part`) are left out.
  /// - Parameters:
  ///   - folder: as the person named it; it may itself be a symbolic link.
  ///   - followsLinks: whether symbolic links below it stand for what they lead to.
  /// - Throws: `localFile` when the folder itself cannot be read, `usage` when it is none.
  @concurrent
  public static func local(_ folder: String, followsLinks: Bool = false) async throws -> FileTree {
    try await withTaskExecutorPreference(ClientRuntime.blocking) {
      try LocalWalk.walk(folder, followsLinks: followsLinks)
    }
  }
}

/// One walk through a local folder; descriptors all the way, so that nobody can exchange a folder for a link on it.
struct LocalWalk {
  /// What tells a folder from every other (man 7 inode).
  private struct Identity: Equatable {
    var device: dev_t
    var inode: ino_t

    init(_ status: stat) {
      device = status.st_dev
      inode = status.st_ino
    }
  }

  private struct Found {
    var entry: FileTree.Entry
    var notice: TreeNotice?
    var identity: Identity?
  }

  private let followsLinks: Bool
  private let includesParts: Bool
  private let root: String
  private var builder = FileTreeBuilder()
  /// The folders on the way to where we are.
  private var ancestors: [Identity] = []

  /// - Parameter includesParts: whether parts of downloads are entries like any other.
  static func walk(_ folder: String, followsLinks: Bool, includesParts: Bool = false) throws -> FileTree {
    let what = "cannot read the folder '\(printable(folder))'"
    let stream: FolderStream
    switch FolderStream.open(folder, in: AT_FDCWD, followsLinks: true) {
    case .success(let opened): stream = opened
    case .failure(let error):
      var status = stat()
      guard stat(folder, &status) == 0, !status.isFolder else { throw ClientError.local(what, errno: error.code) }
      throw ClientError(.usage, "'\(printable(folder))' is not a folder")
    }
    var walk = LocalWalk(root: folder, followsLinks: followsLinks, includesParts: includesParts)
    var status = stat()
    guard fstat(stream.number, &status) == 0 else { throw ClientError.local(what, errno: errno) }
    walk.ancestors = [Identity(status)]
    do {
      try walk.read(stream, as: nil, depth: 1)
    } catch is FileTreeBuilder.TooLarge {
      throw FileTree.tooLarge(folder)
    }
    return FileTree(walk.builder, root: folder, followsLinks: followsLinks)
  }

  private init(root: String, followsLinks: Bool, includesParts: Bool) {
    self.root = root
    self.includesParts = includesParts
    self.followsLinks = followsLinks
  }

  /// Adds what is in a folder, and below it.
  private mutating func read(_ folder: FolderStream, as parent: Int?, depth: Int) throws {
    try Task.checkCancellation()
    let list = folder.names()
    if list.code != 0 {
      guard parent != nil || !list.ranges.isEmpty else {
        throw ClientError.local("cannot read the folder '\(printable(root))'", errno: list.code)
      }
      builder.notices.append(TreeNotice(kind: .unreadable, index: parent, code: list.code))
    }
    for range in list.ranges.sorted(by: { list.bytes[$0].lexicographicallyPrecedes(list.bytes[$1]) }) {
      let name = list.bytes[range]
      guard includesParts || !LocalName.isPart(name) else { continue }
      let found = list.bytes.withUnsafeBytes { look(at: name, $0, range, in: folder, depth) }
      let index = try builder.append(name, in: parent, found.entry)
      if var notice = found.notice {
        notice.index = index
        builder.notices.append(notice)
      } else if let identity = found.identity {
        try descend(into: index, name, in: folder, identity, depth)
      }
    }
  }

  private mutating func descend(
    into index: Int, _ name: ArraySlice<UInt8>, in folder: FolderStream, _ identity: Identity, _ depth: Int
  ) throws {
    let path = String(decoding: name, as: UTF8.self)
    switch FolderStream.open(path, in: folder.number, followsLinks: followsLinks) {
    case .success(let stream):
      ancestors.append(identity)
      try read(stream, as: index, depth: depth + 1)
      ancestors.removeLast()
      builder.close(index)
    case .failure(let error):
      builder.setKind(.other, of: index)
      builder.notices.append(TreeNotice(kind: .unreadable, index: index, code: error.code))
    }
  }

  // MARK: One name

  /// - Parameters:
  ///   - list: all names of the folder, each with a NUL behind it.
  ///   - range: where this one is.
  private func look(
    at name: ArraySlice<UInt8>, _ list: UnsafeRawBufferPointer, _ range: Range<Int>, in folder: FolderStream,
    _ depth: Int
  ) -> Found {
    var found = Found(
      entry: FileTree.Entry(
        kind: .other, size: 0, modified: FileTime(seconds: 0, nanoseconds: 0), isExecutable: false))
    var status = stat()
    let code = folder.status(of: list, range, followsLinks: followsLinks, into: &status)
    guard code == 0 else {
      found.notice = TreeNotice(kind: .unreadable, code: code)
      return found
    }
    found.entry.modified = status.modified
    if !LocalName.canTravel(name) || depth > RemotePath.maximumComponents {
      found.notice = TreeNotice(kind: .name)
    } else if status.isRegularFile {
      found.entry.kind = .file
      found.entry.size = Int64(status.st_size)
      found.entry.isExecutable = status.st_mode & 0o111 != 0
    } else if status.isFolder {
      let identity = Identity(status)
      if followsLinks && ancestors.contains(identity) {
        found.notice = TreeNotice(kind: .loop)
      } else {
        found.entry.kind = .folder
        found.identity = identity
      }
    } else {
      found.notice = TreeNotice(kind: status.isLink ? .link : .special)
    }
    return found
  }
}

extension FileTree {
  static func tooLarge(_ root: String) -> ClientError {
    ClientError(
      .usage,
      "'\(printable(root))' has more than \(maximumCount) names below it; take its folders one by one")
  }
}

extension stat {
  var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
}
