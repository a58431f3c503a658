import CLinux
import Glibc

/// Giving a file another name, in one step.
enum Rename {
  /// Moves `name` from one folder to another, in one step.
  /// - Parameter replacing: whether a file of that name gives way.
  /// - Returns: 0, or the `errno`: `EEXIST` for a name that is taken.
  static func move(
    _ name: UnsafePointer<CChar>, in source: borrowing Descriptor, to target: [CChar],
    in folder: borrowing Descriptor, replacing: Bool
  ) -> Int32 {
    if replacing {
      return renameat(source.raw, name, folder.raw, target) == 0 ? 0 : errno
    }
    if clinux_rename_noreplace(source.raw, name, folder.raw, target) == 0 { return 0 }
    switch errno {
    case EINVAL, ENOSYS, ENOTSUP:
      return link(name, in: source, to: target, in: folder)
    default: return errno
    }
  }

  /// The same without replacing, for file systems whose rename cannot refuse: link(2) always does.
  static func link(
    _ name: UnsafePointer<CChar>, in source: borrowing Descriptor, to target: [CChar],
    in folder: borrowing Descriptor
  ) -> Int32 {
    guard linkat(source.raw, name, folder.raw, target, 0) == 0 else { return errno }
    guard unlinkat(source.raw, name, 0) == 0 else {
      // With both names, continuing the upload would write into the file.
      let code = errno
      _ = unlinkat(folder.raw, target, 0)
      return code
    }
    return 0
  }
}
