import CLinux
import Glibc
public import LandlineProtocol
import LandlineServices

/// Looks at the uploads that are not finished.
public struct UploadsCheckup {
  private let folder: FolderCheckup

  public init(_ folder: FolderCheckup) {
    self.folder = folder
  }

  /// - Parameter now: seconds since 1970.
  public func findings(now: Int64) -> [Finding] {
    guard folder.partial.raw >= 0 else { return [] }
    let raw = clinux_openat(folder.partial.raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard raw >= 0, let stream = DirectoryStream(Descriptor(owning: raw)) else {
      return [Finding(.error, "uploads", "cannot read \(folder.path)/landline/partial: \(text(ofErrno: errno))")]
    }
    var (count, bytes, oldest, strangers) = (0, Int64(0), now, [String]())
    let parent = stream.raw
    let code = stream.forEachName { name in
      let text = String(decoding: name, as: UTF8.self)
      var status = stat()
      guard fstatat(parent, text, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
      guard UploadName(text) != nil || text.hasPrefix(WholeFiles.prefix) else { return strangers.append(text) }
      count += 1
      bytes += Int64(status.st_size)
      oldest = min(oldest, Int64(status.st_mtim.tv_sec))
    }
    guard code == 0 else {
      return [Finding(.error, "uploads", "cannot read \(folder.path)/landline/partial: \(text(ofErrno: code))")]
    }
    var findings: [Finding] = []
    if !strangers.isEmpty {
      findings.append(
        Finding(
          .warning, "uploads",
          "\(folder.path)/landline/partial has \(strangers.count) names that no server gives; move them away"))
    }
    if now - oldest > UploadFolder.secondsKept + 2 * 86_400 {
      findings.append(
        Finding(
          .warning, "uploads",
          "an unfinished upload is \((now - oldest) / 86_400) days old; a running server drops them after 7"))
    }
    let facts = count == 0 ? "none is unfinished" : "\(count) unfinished or running, \(byteText(bytes))"
    return findings.isEmpty ? [Finding(.ok, "uploads", facts)] : findings
  }
}
