import CLinux
import Glibc
import GroupSync
import LandlineProtocol
import LandlineServices
import Synchronization

/// Stores files that are here whole, many with few waits for the disk.
///
/// ```
/// each:  write DATA/landline/partial/whole-N, times, mode
/// all:   one sync                                    every content is durable, under names that nobody sees
/// each:  rename into the tree                        readers see the old file or this one, never a part
/// all:   one sync of the folders (… root)            the names are durable
/// ```
final class WholeFiles: Sendable {
  /// What such a file is called until it gets its name; a server that starts removes what is left of these.
  static let prefix = "whole-"

  private let data: DataFolder
  private let tree: Tree
  private let lastNumber = Atomic<UInt64>(0)

  init(data: DataFolder, tree: Tree) {
    self.data = data
    self.tree = tree
  }

  /// - Returns: for each what became of it, in their order; nil for one that was to be skipped.
  func store(_ files: [NewFile]) async -> [Result<StoredFile?, LineError>] {
    let number = lastNumber.wrappingAdd(UInt64(files.count), ordering: .relaxed).newValue
    let folders = OpenFolders(tree)
    let items = files.enumerated().map { index, file in
      WholeFile(file, name: Self.prefix + "\(number - UInt64(index))", in: tree)
    }
    do {
      // For all of them together, as a rule; near a bound each one for itself.
      // They come from one account.
      var room = try? tree.space.reserve(items.reduce(0) { $0 + $1.size }, for: files.first?.owner)
      for item in items { item.write(folders, &room) }
    }

    let written = items.filter(\.isWritten)
    let contentCodes = await tree.syncs.sync(written.map(\.descriptor))
    for (item, code) in zip(written, contentCodes) { item.publish(in: folders, contentCode: code) }

    await folders.settle()
    for item in items { item.finish(folders) }
    return items.map(\.result)
  }

  /// Makes files of the tree durable, and their names.
  /// - Returns: for each, in their order, what stood in the way.
  func makeDurable(_ files: [DiskFile]) async -> [LineError?] {
    if files.isEmpty { return [] }
    let folders = OpenFolders(tree)
    var problems: [LineError?] = []
    for (file, code) in zip(files, await tree.syncs.sync(files.map(\.descriptor))) {
      do throws(LineError) {
        guard code == 0 else { throw LineError(errno: code, action: "make durable", path: file.path) }
        try folders.touchFolder(of: file.path)
        problems.append(nil)
      } catch {
        problems.append(error)
      }
    }
    await folders.settle()
    return zip(files, problems).map { file, problem in
      if let problem { return problem }
      do throws(LineError) {
        try folders.requireSettled(file.path)
        return nil
      } catch {
        return error
      }
    }
  }

  /// Removes what a server that was killed has left here.
  func sweep() throws(LineError) {
    let raw = clinux_openat(data.partial.raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard raw >= 0, let stream = DirectoryStream(Descriptor(owning: raw)) else {
      throw LineError(.internal, "cannot read the folder of kept uploads: \(text(ofErrno: errno))")
    }
    var names: [String] = []
    _ = stream.forEachName { bytes in
      let name = String(decoding: bytes, as: UTF8.self)
      if name.hasPrefix(Self.prefix) { names.append(name) }
    }
    for name in names { unlinkat(data.partial.raw, name, 0) }
  }
}

/// One of them on its way.
private final class WholeFile {
  private let file: NewFile
  private let name: String
  private let tree: Tree
  /// Bytes of its content.
  let size: Int64
  private var open: Descriptor?
  private var stored: RemotePath?
  private(set) var result: Result<StoredFile?, LineError> = .success(nil)

  init(_ file: NewFile, name: String, in tree: Tree) {
    self.file = file
    self.name = name
    self.tree = tree
    var size = 0
    file.content.forEachPiece { size += $0.count }
    self.size = Int64(size)
  }

  private var data: DataFolder { tree.data }

  var isWritten: Bool { open != nil }
  var descriptor: Int32 { open.borrow { $0.raw } ?? -1 }

  /// Looks whether the name is free, and writes the content.
  /// - Parameter room: for this file among others; nil: it has to reserve its own.
  func write(_ folders: OpenFolders, _ room: inout SpaceReservation?) {
    do throws(LineError) {
      if try folders.isToBeSkipped(file) { return }
      var own = try room.isNone ? tree.space.reserve(size, for: file.owner) : nil
      let descriptor = try create()
      do throws(LineError) {
        try tree.mark(descriptor, file.owner, at: "'\(file.path)'")
        try fill(descriptor)
        if own.isNone { room?.wrote(size) } else { own?.wrote(size) }
        open = consume descriptor
      } catch {
        unlinkat(data.partial.raw, name, 0)
        throw error
      }
    } catch {
      result = .failure(error)
    }
  }

  private func create() throws(LineError) -> Descriptor {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let raw = retrying { clinux_openat(data.partial.raw, name, flags, 0o600) }
    guard raw >= 0 else { throw failure(errno) }
    return Descriptor(owning: raw)
  }

  private func fill(_ descriptor: borrowing Descriptor) throws(LineError) {
    let raw = descriptor.raw
    var code: Int32 = 0
    file.content.forEachPiece { bytes in
      var rest = bytes[...]
      while code == 0, !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let count = retrying { Glibc.write(raw, part.baseAddress, part.count) }
        if count > 0 { rest = rest.dropFirst(count) } else { code = count == 0 ? EIO : errno }
      }
    }
    guard code == 0 else { throw failure(code) }
    if let modified = file.modified {
      let times = [timespec(FileTime.now()), timespec(modified)]
      guard futimens(raw, times) == 0 else { throw failure(errno) }
    }
    guard fchmod(raw, file.executable ? 0o755 : 0o644) == 0 else { throw failure(errno) }
  }

  /// Gives it its name.
  /// - Parameter contentCode: what came of making its content durable.
  func publish(in folders: OpenFolders, contentCode: Int32) {
    do throws(LineError) {
      guard contentCode == 0 else { throw failure(contentCode) }
      stored = try rename(in: folders)
      guard stored == nil else { return }
    } catch {
      result = .failure(error)
    }
    // Skipped, or failed: nobody will ask for it again under this name.
    open = nil
    unlinkat(data.partial.raw, name, 0)
    tree.space.removed(size, of: file.owner?.account)
  }

  /// - Returns: nil when it was to be skipped.
  private func rename(in folders: OpenFolders) throws(LineError) -> RemotePath? {
    for number in 0..<(file.ifExists == .keepBoth ? NumberedName.most : 1) {
      let path = try NumberedName.path(file.path, number: number)
      switch try folders.rename(name, of: file.owner?.account, to: path, replacing: file.ifExists == .replace) {
      case 0: return path
      case EEXIST where file.ifExists == .skip: return nil
      case EEXIST where file.ifExists == .keepBoth: continue
      case let code: throw LineError(errno: code, action: "store", path: path)
      }
    }
    throw LineError(.exists, "'\(file.path)' and \(NumberedName.most) numbered names are taken")
  }

  /// Takes the status under its new name, once that is durable.
  func finish(_ folders: OpenFolders) {
    guard let stored else { return }
    defer { open = nil }
    do throws(LineError) {
      try folders.requireSettled(stored)
      var status = stat()
      guard fstat(descriptor, &status) == 0 else {
        throw LineError(errno: errno, action: "look at", path: stored)
      }
      result = .success(StoredFile(path: stored, status: EntryStatus(status)))
    } catch {
      result = .failure(error)
    }
  }

  private func failure(_ code: Int32) -> LineError {
    LineError(errno: code, action: "store", path: file.path)
  }
}

extension Optional where Wrapped: ~Copyable {
  fileprivate var isNone: Bool {
    switch self {
    case .some: false
    case .none: true
    }
  }

  /// What `body` makes of the value, if there is one.
  fileprivate borrowing func borrow<Value>(_ body: (borrowing Wrapped) -> Value) -> Value? {
    switch self {
    case .some(let value): body(value)
    case .none: nil
    }
  }
}
