import FoundationEssentials
import Glibc
import LandlineServer

/// A folder for a test.
struct TemporaryFolder {
  let path: String

  /// - Throws: when none can be made in TMPDIR, or `/tmp`.
  init() throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/landline-test-XXXXXX".utf8CString)
    guard let made = template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) else {
      throw ServerError("no temporary folder can be made in \(parent): \(String(cString: strerror(errno)))")
    }
    path = String(cString: made)
  }

  /// Removes it with everything in it.
  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}
