import Crypto
import LandlineProtocol

/// Reads `content` from `start` to `end` into `hasher`, in pieces, and reports after each.
/// - Throws: what reading throws, `CancellationError`; `changed` when there is less than that.
func hash(
  _ hasher: inout SHA256, from start: Int64, to end: Int64,
  reading read: (UnsafeMutableRawBufferPointer, Int64) throws -> Int,
  progress: (Int64) async throws -> Void
) async throws {
  let piece = 1_048_576
  var buffer = [UInt8](repeating: 0, count: Int(min(Int64(piece), max(end - start, 1))))
  var position = start
  while position < end {
    try Task.checkCancellation()
    let wanted = Int(min(Int64(buffer.count), end - position))
    let count = try buffer.withUnsafeMutableBytes { bytes in
      let part = UnsafeMutableRawBufferPointer(rebasing: bytes[..<wanted])
      let count = try read(part, position)
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: part[..<count]))
      return count
    }
    guard count > 0 else {
      throw LineError(.changed, "the file became shorter while it was read; try again")
    }
    position += Int64(count)
    try await progress(position)
  }
}
