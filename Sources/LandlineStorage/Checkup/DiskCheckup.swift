import CLinux
import Glibc
public import LandlineProtocol
import LandlineServices

/// Looks at the disk that a data folder lies on.
public struct DiskCheckup {
  /// From so few on their number is worth a warning.
  private static let fewInodes: UInt64 = 10_000

  private let folder: FolderCheckup
  private let bounds: SpaceBounds

  /// - Parameters:
  ///   - keepFree: bytes that stay free; nil: the usual reserve.
  ///   - maximumUse: the most bytes that the files may have; nil: no bound.
  public init(_ folder: FolderCheckup, keepFree: Int64?, maximumUse: Int64?) {
    self.folder = folder
    bounds = SpaceBounds(keepFree: keepFree, maximumUse: maximumUse)
  }

  public func findings() async -> [Finding] {
    var disk = statvfs()
    guard retrying({ fstatvfs(folder.files.raw, &disk) }) == 0 else {
      return [Finding(.error, "disk", "cannot look at the disk of \(folder.path): \(text(ofErrno: errno))")]
    }
    return [space(disk), inodes(disk)] + (await use()) + [fileSystem(disk), sameFileSystem(), kernel()]
  }

  private func space(_ disk: statvfs) -> Finding {
    let block = UInt64(disk.f_frsize)
    let free = Int64(clamping: UInt64(disk.f_bavail) * block)
    let total = Int64(clamping: UInt64(disk.f_blocks) * block)
    let reserve = bounds.reserve(ofDisk: total)
    let facts = "\(byteText(free)) free of \(byteText(total)), of which \(byteText(reserve)) stay so (--keep-free)"
    if free < reserve {
      return Finding(.error, "disk", "\(facts): nothing more can be stored; remove something, or give it a larger disk")
    }
    if free < 2 * max(reserve, min(total / 50, SpaceBounds.usualReserve)) {
      return Finding(.warning, "disk", "\(facts): not much is left; remove something, or give it a larger disk")
    }
    return Finding(.ok, "disk", facts)
  }

  private func inodes(_ disk: statvfs) -> Finding {
    let (free, total) = (UInt64(disk.f_favail), UInt64(disk.f_files))
    // Some file systems make them as they need them, and say 0 of 0.
    guard total > 0 else { return Finding(.ok, "inodes", "this file system has no fixed number of them") }
    let facts = "room for \(free) more files and folders"
    if free == 0 {
      return Finding(.error, "inodes", "\(facts): nothing more can be stored, whatever its size; remove files")
    }
    return Finding(free < Self.fewInodes ? .warning : .ok, "inodes", facts)
  }

  private func use() async -> [Finding] {
    guard let most = bounds.maximumUse else { return [] }
    var used: Int64 = 0
    for descriptor in [folder.files.raw, folder.partial.raw] where descriptor >= 0 {
      guard let bytes = try? await UsageCount.count(in: descriptor) else {
        return [Finding(.warning, "use", "what \(folder.path) has cannot be counted: a folder in it cannot be read")]
      }
      used = used.addingSaturated(bytes)
    }
    let facts = "the files and unfinished uploads have \(byteText(used)) of at most \(byteText(most)) (--max-use)"
    if used >= most {
      return [Finding(.error, "use", "\(facts): nothing more can be stored; remove something, or raise it")]
    }
    return [Finding(used > most - most / 10 ? .warning : .ok, "use", facts)]
  }

  private func fileSystem(_ disk: statvfs) -> Finding {
    if disk.f_flag & UInt(ST_RDONLY) != 0 {
      return Finding(
        .error, "file system", "\(folder.path) is on a file system that is mounted read-only; mount it for writing")
    }
    var type: UInt32 = 0
    guard retrying({ clinux_file_system_type(folder.files.raw, &type) }) == 0 else {
      return Finding(.warning, "file system", "its type is not known: \(text(ofErrno: errno))")
    }
    let kind = FileSystemKind(magic: type)
    guard let trouble = kind.trouble else { return Finding(.ok, "file system", kind.name) }
    return Finding(.warning, "file system", "\(kind.name): \(trouble)")
  }

  private func sameFileSystem() -> Finding {
    guard folder.partial.raw >= 0 else { return Finding(.ok, "layout", "no upload has begun yet") }
    do throws(StorageError) {
      try FolderOpening.requireSameFileSystem(folder.files, folder.partial, shown: folder.path)
      return Finding(.ok, "layout", "files and unfinished uploads are on the same file system")
    } catch {
      return Finding(.error, "layout", error.message)
    }
  }

  private func kernel() -> Finding {
    do throws(StorageError) {
      try Kernel.requireOpenat2(at: folder.files)
    } catch {
      return Finding(.error, "kernel", error.message)
    }
    let times =
      Kernel.hasFineTimes ? "" : "; before Linux 6.13 a hash counts only from 20 ms after the file's last change"
    return Finding(.ok, "kernel", "Linux \(Kernel.release) has openat2\(times)")
  }
}
