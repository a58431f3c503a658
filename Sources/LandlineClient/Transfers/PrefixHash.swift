import Crypto
import NIOCore

/// The hash of the first bytes of a local file, to prove that both sides mean the same ones.
enum PrefixHash {
  /// - Parameters:
  ///   - count: how many bytes.
  ///   - name: for messages.
  ///   - report: told the bytes so far, a few times a second.
  /// - Returns: a hasher that has seen them; nil when the file is shorter.
  static func compute(
    _ file: Descriptor, _ count: Int64, of name: String, _ report: (Int64) async throws -> Void
  ) async throws -> SHA256? {
    var hasher = SHA256()
    let size = UploadSender.pieceSize
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { memory.deallocate() }
    var done: Int64 = 0
    while done < count {
      try Task.checkCancellation()
      let wanted = Int(min(Int64(size), count - done))
      let room = UnsafeMutableRawBufferPointer(rebasing: memory[..<wanted])
      guard try file.read(into: room, at: done, toSay: "cannot read '\(name)'") == wanted else {
        return nil
      }
      hasher.update(bufferPointer: UnsafeRawBufferPointer(room))
      done += Int64(wanted)
      if done % (Int64(size) * 64) == 0 { try await report(done) }
    }
    return hasher
  }
}
