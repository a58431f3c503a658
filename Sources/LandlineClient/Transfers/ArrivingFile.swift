import Crypto
import Glibc
import LandlineProtocol
import NIOCore

/// A small file whose bytes are arriving.
final class ArrivingFile {
  let index: Int
  private let path: String
  private let target: LocalTarget
  private let ifExists: IfExists
  private let fields: FileAnswer
  /// Nil when it could not be made, or written: `failure` says why.
  private var part: Descriptor?
  private var failure: ClientError?
  private var hasher = SHA256()
  private(set) var position: Int64 = 0
  let length: Int

  /// - Parameter length: how many bytes follow.
  init(
    _ index: Int, path: String, _ target: LocalTarget, _ ifExists: IfExists, _ fields: FileAnswer, length: Int
  ) {
    self.index = index
    self.path = path
    self.target = target
    self.ifExists = ifExists
    self.fields = fields
    self.length = length
    do throws(ClientError) {
      part = try target.openPart(isEmpty: true)
    } catch {
      failure = error
    }
  }

  /// Whether all its bytes were here.
  var isWhole: Bool { position >= Int64(length) }

  func write(_ slice: ByteBuffer) {
    defer { position += Int64(slice.readableBytes) }
    guard let part else { return }
    hasher.update(slice)
    do throws(ClientError) {
      try part.writeAll(slice, at: position, toSay: target.cannotWrite)
    } catch {
      failure = error
      abandon()
    }
  }

  /// What is left to do to make it a file.
  /// - Throws: what went wrong on the way; then nothing is left of it.
  func finish() throws(ClientError) -> ArrivedFile {
    guard let part, let sha256 = fields.sha256 else {
      abandon()
      throw failure ?? ClientError(.badAnswer, "the server sent '\(printable(path))' without its hash")
    }
    let digest = hasher.current
    guard fields.size == position, digest == sha256 else {
      abandon()
      throw ClientError.mismatch(path, arrived: position, of: fields.size, found: digest, expected: sha256)
    }
    do throws(ClientError) {
      try part.setAttributes(fields, toSay: target.cannotWrite)
    } catch {
      abandon()
      throw error
    }
    return ArrivedFile(
      index: index, path: path, target: target, ifExists: ifExists, part: part, size: position, digest: digest)
  }

  /// Leaves nothing of it.
  func abandon() {
    if let part { target.removePart(part) }
    part = nil
  }
}

extension ClientError {
  /// What arrived is not what the server says that it sent.
  static func mismatch(
    _ path: String, arrived: Int64, of size: Int64, found: Digest256, expected: Digest256
  ) -> ClientError {
    ClientError(
      .mismatch,
      "what arrived of '\(printable(path))' is not what the server has: \(arrived) of \(size) "
        + "bytes, SHA-256 \(found) and not \(expected). Nothing was kept; fetch it again")
  }
}
