import CLinux
import Glibc

/// What the running kernel can do.
public enum Kernel {
  /// Whether a file's change time (ctime) tells any two changes apart.
  ///
  /// Linux 6.13 brought multigrain timestamps: once somebody has looked at a time, the next change
  /// gets a different one. Before, ctime moves with the timer tick, every 1 to 10 ms, and a change
  /// within the tick of the last one leaves no trace in it.
  public static let hasFineTimes = hasFineTimes(release: release)

  /// Its version, as `uname -r` prints it.
  static let release: String = {
    var name = utsname()
    guard uname(&name) == 0 else { return "" }
    return withUnsafeBytes(of: name.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }()

  static func hasFineTimes(release: String) -> Bool {
    let numbers = release.split { !$0.isASCII || !$0.isNumber }.prefix(2).compactMap { Int($0) }
    guard numbers.count == 2 else { return false }
    return (numbers[0], numbers[1]) >= (6, 13)
  }

  /// Makes sure that `openat2` is there, on which the safety of every path rests.
  static func requireOpenat2(at folder: borrowing Descriptor) throws(StorageError) {
    let raw = clinux_openat2(
      folder.raw, ".", UInt64(clinux_o_path() | O_CLOEXEC), 0, CLINUX_RESOLVE_BENEATH)
    let code = errno
    if raw >= 0 {
      _ = Descriptor(owning: raw)
      return
    }
    throw openat2Missing(code)
  }

  static func openat2Missing(_ code: Int32) -> StorageError {
    switch code {
    case ENOSYS:
      StorageError(
        .unsuitable,
        "openat2(2), which keeps every path inside the server's tree, is not to be had here: Linux 5.6 or newer is "
          + "needed (this is \(release)), and no filter in the way, as systemd's RestrictSUIDSGID= and DynamicUser= are"
      )
    case EPERM:
      StorageError(
        .unsuitable,
        "openat2(2), which keeps every path inside the server's tree, is forbidden here; "
          + "the container's seccomp profile must allow it")
    default:
      StorageError(errno: code, "use openat2(2)")
    }
  }
}
