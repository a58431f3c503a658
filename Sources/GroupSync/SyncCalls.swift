import CLinux
import Glibc

/// The system calls of a round; a test counts them and lets them fail.
struct SyncCalls: Sendable {
  /// fsync(2): 0 or `errno`.
  var file: @Sendable (Int32) -> Int32
  /// syncfs(2) of the file system that the descriptor is on; nil where a kernel does not report what could not be written.
  var fileSystem: (@Sendable (Int32) -> Int32)?
  /// Tells file systems apart; nil when the descriptor cannot be looked at.
  var device: @Sendable (Int32) -> UInt64?

  static let system = SyncCalls(
    file: syncFile, fileSystem: syncfsReportsErrors ? syncFileSystem : nil, device: deviceNumber)

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

  /// Makes each of `descriptors` durable.
  /// - Returns: 0 or `errno` for each, in their order.
  func sync(_ descriptors: [Int32]) -> [Int32] {
    guard let fileSystem, descriptors.count > SyncGroup.mostByOne else { return descriptors.map(file) }
    var codes = [Int32](repeating: 0, count: descriptors.count)
    for members in Dictionary(grouping: descriptors.indices, by: { device(descriptors[$0]) }) {
      let isGroup = members.key != nil && members.value.count > SyncGroup.mostByOne
      if isGroup, fileSystem(descriptors[members.value[0]]) == 0 { continue }
      // Too few, or something of this file system could not be written: whose it was, only fsync tells.
      for index in members.value { codes[index] = file(descriptors[index]) }
    }
    return codes
  }
}
