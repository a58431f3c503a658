import CLinux
import Glibc

/// The system calls of a round; a test counts them and lets them fail.
struct SyncCalls: Sendable {
  /// fsync(2): 0 or `errno`.
  var file: @Sendable (Int32) -> Int32
  /// syncfs(2) of the file system that the descriptor is on; nil where a kernel does not report what could not be written.
  var fileSystem: (@Sendable (Int32) -> Int32)?
  /// Whether syncfs(2) makes everything durable on the file system that the descriptor is on, and says what could not be.
  var isTrusted: @Sendable (Int32) -> Bool
  /// Tells file systems apart; nil when the descriptor cannot be looked at.
  var device: @Sendable (Int32) -> UInt64?

  static let system = SyncCalls(
    file: syncFile, fileSystem: syncfsReportsErrors ? syncFileSystem : nil, isTrusted: isOnTrustedFileSystem,
    device: deviceNumber)

  @Sendable private static func syncFile(_ descriptor: Int32) -> Int32 {
    while fsync(descriptor) != 0 {
      if errno != EINTR { return errno }
    }
    return 0
  }

  @Sendable private static func syncFileSystem(_ descriptor: Int32) -> Int32 {
    while clinux_syncfs(descriptor) != 0 {
      if errno != EINTR { return errno }
    }
    return 0
  }

  /// Types of file systems (man 2 statfs) on the machine's own disks, whose syncfs(2) is as good as fsync(2) for each
  /// file: ext2 to ext4, XFS, Btrfs, F2FS, ZFS, bcachefs; and tmpfs, where nothing is durable anyway.
  ///
  /// FUSE, 9P, SMB and NFS do little or nothing in it, and what type is not known may do likewise. overlayfs writes
  /// everything, but does not hear of what its upper file system could not write.
  private static let trustedTypes: Set<UInt32> = [
    0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x2FC1_2FC1, 0xCA45_1A4E, 0x0102_1994,
  ]

  @Sendable private static func isOnTrustedFileSystem(_ descriptor: Int32) -> Bool {
    var type: UInt32 = 0
    while clinux_file_system_type(descriptor, &type) != 0 {
      if errno != EINTR { return false }
    }
    return trustedTypes.contains(type)
  }

  @Sendable private static func deviceNumber(_ descriptor: Int32) -> UInt64? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? UInt64(status.st_dev) : nil
  }

  /// Before Linux 5.8 syncfs(2) returned 0 whatever happened (man 2 syncfs, "BUGS").
  private static let syncfsReportsErrors: Bool = {
    var name = utsname()
    guard uname(&name) == 0 else { return false }
    let release = withUnsafeBytes(of: name.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let numbers = release.split { !$0.isASCII || !$0.isNumber }.prefix(2).compactMap { Int($0) }
    guard numbers.count == 2 else { return false }
    return (numbers[0], numbers[1]) >= (5, 8)
  }()
}
