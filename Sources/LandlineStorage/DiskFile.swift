import Glibc
import LandlineProtocol
import LandlineServices

/// A file of the tree, open for reading until it is let go of.
final class DiskFile: ReadableContent {
  let status: EntryStatus
  let path: RemotePath
  private let file: Descriptor

  init(_ file: consuming Descriptor, status: EntryStatus, path: RemotePath) {
    self.file = file
    self.status = status
    self.path = path
  }

  /// Good only while this object lives.
  var descriptor: Int32 { file.raw }

  func currentStatus() throws(LineError) -> EntryStatus {
    try Tree.status(of: file, at: path)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(LineError) -> Int {
    let count = retrying { pread(file.raw, buffer.baseAddress, buffer.count, off_t(offset)) }
    guard count >= 0 else { throw LineError(errno: errno, action: "read", path: path) }
    return count
  }
}
