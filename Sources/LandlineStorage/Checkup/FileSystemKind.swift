/// The type of a file system, and what its type means for a server's files (`man 2 statfs`).
struct FileSystemKind {
  var name: String
  /// What to know about it; nil: nothing.
  var trouble: String?

  init(magic: UInt32) {
    (name, trouble) =
      switch magic {
      case 0xEF53: ("ext4", nil)
      case 0x5846_5342: ("XFS", nil)
      case 0x9123_683E: ("Btrfs", nil)
      case 0x2FC1_2FC1: ("ZFS", nil)
      case 0xF2F5_2010: ("F2FS", nil)
      case 0xCA45_1A4E: ("bcachefs", nil)
      case 0x0102_1994, 0x8584_58F6: ("a file system in memory", "everything is gone when the machine restarts")
      case 0x794C_7630:
        ("overlayfs", "in a container, what is stored goes with the container; mount a volume for the data folder")
      case 0x6969: ("NFS", "locks, times and durability depend on that server; a local disk is safer for the database")
      case 0xFF53_4D42, 0xFE53_4D42, 0x517B:
        ("SMB", "it keeps no modes and few names, and SQLite's locks may fail; use a local disk")
      case 0x6573_5546: ("FUSE", "whether what is stored is durable depends on the program behind it")
      case 0x4D44, 0x2011_BAB0: ("FAT", "it keeps no modes, so keys cannot be private; use another file system")
      case 0x0102_1997: ("9P", "what is durable depends on the machine that serves it")
      default: ("type \(String(magic, radix: 16))", nil)
      }
  }
}
