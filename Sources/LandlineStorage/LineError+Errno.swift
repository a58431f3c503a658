import Glibc
import LandlineProtocol

extension LineError {
  /// What the failure of a system call on a name in the tree means to the person who asked.
  ///
  /// `EACCES` and its like are `internal`, not `forbidden`: it is the server's own user who may
  /// not,
  /// and no grant that the caller could ask for would help.
  /// - Parameters:
  ///   - code: the `errno`.
  ///   - action: what was tried, as a verb: "open".
  init(errno code: Int32, action: String, path: RemotePath) {
    self.init(
      errno: code, action: action,
      shown: path.components.isEmpty ? "the root" : "'\(printable(path.description))'")
  }

  /// The same for a name that may be no path.
  /// - Parameter name: as it is to be shown.
  init(errno code: Int32, action: String, shown name: String) {
    switch code {
    case ENOENT:
      self.init(.notFound, "there is no file or folder \(name)")
    case ENOTDIR:
      self.init(.wrongKind, "\(name): what would have to be a folder is a file")
    case EISDIR:
      self.init(.wrongKind, "\(name) is a folder, not a file")
    case ELOOP:
      self.init(
        .wrongKind, "\(name) leads over a symbolic link; the server follows none in its tree")
    case EXDEV:
      self.init(.wrongKind, "\(name) leads out of the file system that holds the server's tree")
    case EBUSY:
      self.init(.wrongKind, "\(name) is in use on the server's machine; is another file system mounted there?")
    case ENXIO, ENODEV:
      self.init(.wrongKind, "\(name) is neither a file nor a folder")
    case ENAMETOOLONG:
      self.init(.badPath, "\(name) is longer than the server's file system takes")
    case EILSEQ:
      self.init(.badPath, "\(name) has characters that the server's file system does not take")
    case EEXIST:
      self.init(.exists, "\(name) is there already")
    case ENOTEMPTY:
      self.init(.notEmpty, "the folder \(name) has something in it")
    case ENOSPC, EDQUOT:
      self.init(.noSpace, "the server's disk is full")
    case EFBIG:
      self.init(.noSpace, "\(name) is larger than the server's file system takes")
    case EACCES, EPERM, EROFS:
      self.init(
        .internal,
        "the server's own user may not \(action) \(name): \(text(ofErrno: code))")
    default:
      self.init(.internal, "cannot \(action) \(name): \(text(ofErrno: code))")
    }
  }
}
