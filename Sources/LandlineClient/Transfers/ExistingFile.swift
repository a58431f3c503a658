import Crypto
import LandlineProtocol
import NIOCore

/// A local file that has the name of a download already, and may be that very file: an earlier run of the same command,
/// which was cut off, has fetched it. The server is asked for what comes behind all its bytes, and says by its hash
/// whether these are the file.
final class ExistingFile: DownloadSink {
  private let target: LocalTarget
  private let file: LocalSource
  private(set) var digest = Digest256(hashing: [])

  /// - Returns: nil when it cannot be what is to be fetched: not a file, of another size, not to be read.
  /// - Parameter size: of the file on the server, if it is known.
  init?(_ target: LocalTarget, size: Int64?) {
    guard
      let file = try? LocalSource(target.name, in: target.folder, path: target.display, followsLinks: false),
      size == nil || size == file.size
    else { return nil }
    self.target = target
    self.file = file
  }

  /// Bytes: all that it has.
  var position: Int64 { file.size }

  /// Hashes it.
  /// - Throws: `changed` when somebody writes to it.
  func hash(_ report: (Int64, Int64) -> Void) async throws {
    let hasher = try await PrefixHash.compute(file.descriptor, file.size, of: printable(file.path)) {
      report($0, file.size)
    }
    try file.checkUnchanged()
    if let hasher { digest = hasher.current }
  }

  /// It as a file that has arrived, when its content is `expected`.
  /// - Parameter memory: room for as many bytes as it has.
  func arrived(
    _ index: Int, path: String, expected: Digest256, _ reader: SmallFileReader
  ) throws(ClientError) -> ArrivedFile? {
    guard try reader.read(file) == expected else { return nil }
    return ArrivedFile(
      index: index, path: path, target: target, ifExists: .fail, part: file.descriptor, size: file.size,
      digest: expected, isNamed: true)
  }

  func begin(_ answer: FileAnswer) throws(ClientError) {
    guard answer.offset == position, answer.size == position else { throw target.taken }
  }

  func write(_ slices: [ByteBuffer]) throws(ClientError) {
    throw target.taken
  }

  func discard() {}

  func abandon() {}

  func complete() throws(ClientError) -> String? {
    try file.checkUnchanged()
    // Who fetched it may have ended before it was durable.
    try file.descriptor.sync(toSay: target.cannotWrite)
    try target.folder.sync(toSay: target.cannotWrite)
    return target.path(of: target.name)
  }
}
