import CLinux
import Glibc
import LandlineProtocol
public import LandlineServices

/// Reads the audit log from its oldest part to its newest, some lines at a time. For one task.
final class AuditReader: AuditReading {
  /// The most bytes that are read at once.
  private static let chunk = 262_144
  /// Of the year 9999: times behind it are longer texts, which do not sort as they should.
  private static let lastSecond: Int64 = 253_402_300_799

  private let since: [UInt8]?
  private let account: [UInt8]?
  /// The parts that are still to be read, the next one last. All are open from the beginning: while they are read,
  /// a new part may be begun, and they get other names.
  private var parts: [OpenPart] = []
  private var rest: [UInt8] = []

  private final class OpenPart {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  /// - Parameters:
  ///   - since: seconds since 1970.
  ///   - account: an account's name; nil: of everybody.
  init(folder: DataFolder, since: Int64?, account: String?) throws(LineError) {
    self.since = since.map { since in
      Array(AuditLine.timeText(timespec(tv_sec: Int(min(max(since, 0), Self.lastSecond)), tv_nsec: 0)).utf8)
    }
    self.account = account.map { Array($0.lowercased().utf8) }
    var inodes: Set<UInt64> = []
    for number in 0...AuditFile.olderParts {
      let name = number == 0 ? AuditFile.name : "\(AuditFile.name).\(number)"
      let raw = retrying { clinux_openat(folder.landline.raw, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0) }
      if raw < 0 {
        if errno == ENOENT { continue }
        throw LineError(.internal, "the audit log cannot be read: \(text(ofErrno: errno))")
      }
      let part = OpenPart(Descriptor(owning: raw))
      var status = stat()
      // A new part may be begun this very moment: then one is found under two names.
      guard fstat(part.descriptor.raw, &status) == 0, inodes.insert(UInt64(status.st_ino)).inserted else { continue }
      parts.append(part)
    }
  }

  func next() throws -> [UInt8]? {
    while let part = parts.last {
      var bytes = [UInt8](repeating: 0, count: Self.chunk)
      let count = bytes.withUnsafeMutableBytes { buffer in
        retrying { read(part.descriptor.raw, buffer.baseAddress, buffer.count) }
      }
      guard count >= 0 else { throw LineError(.internal, "the audit log cannot be read: \(text(ofErrno: errno))") }
      if count == 0 {
        parts.removeLast()
        // Half a line at its end is one that is being written.
        rest = []
        continue
      }
      return wanted(rest + bytes[..<count])
    }
    return nil
  }

  /// The lines of `bytes` that were asked for; keeps what is behind the last newline.
  private func wanted(_ bytes: [UInt8]) -> [UInt8] {
    var found: [UInt8] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      if isWanted(bytes[start..<end]) { found += bytes[start...end] }
      start = end + 1
    }
    rest = Array(bytes[start...])
    return found
  }

  private static let timePrefix = Array(#"{"time":""#.utf8)
  private static let timeLength = 24

  private func isWanted(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.starts(with: Self.timePrefix) else { return false }
    let time = line.dropFirst(Self.timePrefix.count).prefix(Self.timeLength)
    if let since, time.lexicographicallyPrecedes(since) { return false }
    guard let account else { return true }
    // Behind the time come `what`, whose values have no quotes in them, and the account, whose names have none either.
    let fields = line.dropFirst(Self.timePrefix.count + Self.timeLength).split(
      separator: UInt8(ascii: "\""), maxSplits: 9, omittingEmptySubsequences: false)
    // ["", ",", "what", ":", WHAT, ",", "account", ":", NAME, …]
    guard fields.count > 8, fields[6].elementsEqual("account".utf8) else { return false }
    return String(decoding: fields[8], as: UTF8.self).lowercased().utf8.elementsEqual(account)
  }
}

extension AuditFile {
  public func reader(since: Int64?, account: String?) async throws -> any AuditReading {
    await flush()
    return try AuditReader(folder: folder, since: since, account: account)
  }
}
