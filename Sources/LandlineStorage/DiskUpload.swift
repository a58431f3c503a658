import CLinux
import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization

/// An upload in `DATA/landline/partial`, open for writing.
///
/// What `publish` does, in the order that a crash at any point needs:
/// ```
/// times, mode → fsync(file)     the content is durable, under a name that nobody sees
/// rename into the tree          readers see the old file or this one, never a part
/// fsync(folder … root)          the name is durable, and those of the folders on the way
/// return                        only now may anybody be told
/// ```
final class DiskUpload: UploadContent {
  private struct State: ~Copyable {
    var file: Descriptor
    var size: Int64
    var reservation: SpaceReservation
    /// Set when fsync failed: the kernel may have dropped what it could not write and will not say
    /// so twice, so what is there can neither be published nor continued.
    var isDamaged = false
    /// No longer in the list of open uploads.
    var isOver = false
  }

  private let state: Mutex<State>
  private let name: UploadName
  private let data: DataFolder
  private let tree: Tree
  private let uploads: UploadFolder

  init(
    _ file: consuming Descriptor, size: Int64, reservation: consuming SpaceReservation, name: UploadName,
    data: DataFolder, tree: Tree, uploads: UploadFolder
  ) {
    state = Mutex(State(file: file, size: size, reservation: reservation))
    self.name = name
    self.data = data
    self.tree = tree
    self.uploads = uploads
  }

  deinit {
    keep()
  }

  var size: Int64 { state.withLock { $0.size } }

  func setQuota(_ quota: Int64?) {
    state.withLock { $0.reservation.setQuota(quota) }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(LineError) {
    try state.withLock { state throws(LineError) in
      try state.reservation.require(Int64(bytes.count))
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let count = retrying {
          pwrite(state.file.raw, part.baseAddress, part.count, off_t(state.size))
        }
        guard count > 0 else { throw failure(count == 0 ? EIO : errno, "write to") }
        state.size += Int64(count)
        state.reservation.wrote(Int64(count))
        rest = rest.dropFirst(count)
      }
    }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(LineError) -> Int {
    try state.withLock { state throws(LineError) in
      let count = retrying {
        pread(state.file.raw, buffer.baseAddress, buffer.count, off_t(offset))
      }
      guard count >= 0 else { throw failure(errno, "read") }
      return count
    }
  }

  func publish(
    as path: RemotePath, replacing: Bool, modified: FileTime?, executable: Bool
  ) throws(LineError) -> EntryStatus {
    guard !path.isFolderHint, let folder = path.parent else {
      throw LineError(.wrongKind, "'\(printable(path.description))/' would be a folder, not a file")
    }
    return try state.withLock { state throws(LineError) in
      guard !state.isOver, !state.isDamaged else { throw failure(EBADF, "publish") }
      // Before the costly part; the kernel decides again when the name is given.
      try tree.requireFree(path, replacing: replacing)
      try makeDurable(&state, modified: modified, executable: executable)
      let parent: Descriptor
      do throws(LineError) {
        parent = try move(state.file, to: path, in: folder, replacing: replacing)
      } catch {
        // Its last byte came now, not in the file's own year: the sweep goes by this time.
        _ = futimens(state.file.raw, nil)
        throw error
      }
      // From here on it is a file of the tree, whatever else fails.
      state.isOver = true
      state.reservation.giveBack()
      uploads.letGo(name, keptSince: nil)
      defer { state.file.close() }
      try tree.settle(parent, at: folder)
      // The rename has changed the inode's ctime: only what it is now may be recorded.
      return try Tree.status(of: state.file, at: path)
    }
  }

  func keep() {
    end(keeping: true)
  }

  func discard() {
    end(keeping: false)
  }

  private func end(keeping: Bool) {
    state.withLock { state in
      guard !state.isOver else { return }
      state.isOver = true
      state.reservation.giveBack()
      var status = stat()
      let isThere = fstat(state.file.raw, &status) == 0 && status.st_nlink > 0
      // First, for it may be opened again once it is let go of. Closing alone would not do while a
      // child process between fork and exec shares the open file.
      flock(state.file.raw, LOCK_UN)
      if keeping, isThere, !state.isDamaged {
        uploads.letGo(name, keptSince: FileTime(status.st_mtim))
      } else {
        if isThere {
          unlinkat(data.partial.raw, name.text, 0)
          tree.space.removed(Int64(status.st_size), of: name.owner)
        }
        uploads.letGo(name, keptSince: nil)
      }
      state.file.close()
    }
  }

  private func makeDurable(
    _ state: inout State, modified: FileTime?, executable: Bool
  ) throws(LineError) {
    var set: Int32
    if let modified {
      let times = [timespec(FileTime.now()), timespec(modified)]
      set = futimens(state.file.raw, times)
    } else {
      set = futimens(state.file.raw, nil)
    }
    guard set == 0 else { throw failure(errno, "set the times of") }
    set = fchmod(state.file.raw, executable ? 0o755 : 0o644)
    guard set == 0 else { throw failure(errno, "set the mode of") }
    guard retrying({ fsync(state.file.raw) }) == 0 else {
      state.isDamaged = true
      throw failure(errno, "make durable")
    }
  }

  private func move(
    _ file: borrowing Descriptor, to path: RemotePath, in folder: RemotePath, replacing: Bool
  ) throws(LineError) -> Descriptor {
    let last = cString(path.name ?? [])
    var attempts = 0
    while true {
      let parent = try tree.openOrMakeFolder(folder)
      let code = tree.space.accounts.changingNames {
        let old = replacing ? tree.counted(last, in: parent) : .nothing
        let code = Rename.move(
          name.text, in: data.partial, to: last, in: parent, replacing: replacing)
        if code == 0 { tree.notePublished(of: name.owner, inPlaceOf: old) }
        return code
      }
      switch code {
      case 0: return parent
      case ENOENT:
        // Either end is gone: the upload because it was dropped, or the folder because somebody
        // removed it since it was opened.
        var status = stat()
        guard fstat(file.raw, &status) == 0, status.st_nlink > 0 else {
          throw LineError(.superseded, "this upload was dropped while it ran")
        }
        attempts += 1
        if attempts < 8 { continue }
        throw LineError(errno: code, action: "store", path: path)
      default: throw LineError(errno: code, action: "store", path: path)
      }
    }
  }

  private func failure(_ code: Int32, _ action: String) -> LineError {
    switch code {
    case ENOSPC, EDQUOT: LineError(.noSpace, "the server's disk is full")
    case EFBIG: LineError(.noSpace, "the file is larger than the server's file system takes")
    default: LineError(.internal, "cannot \(action) an upload: \(text(ofErrno: code))")
    }
  }
}
