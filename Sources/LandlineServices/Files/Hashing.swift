import Crypto
import LandlineProtocol

/// Reads files to hash them, a few at a time in the whole server.
///
/// A file may be as large as the disk, and whoever may read it may ask for its hash. So the work goes piece by piece,
/// each in a slot of its own, first come, first served: others who need a thread for the disk find one soon.
struct Hashing: Sendable {
  private static let piece = 1_048_576
  private let slots = Slots(count: 4)

  /// Reads from `start` to `end` into `hasher`, and reports after each piece.
  /// - Throws: what reading and reporting throw, `CancellationError`; `changed` when there is less than that.
  func read(
    into hasher: inout SHA256, from start: Int64, to end: Int64,
    reading read: (UnsafeMutableRawBufferPointer, Int64) throws -> Int,
    progress: (Int64) async throws -> Void
  ) async throws {
    var position = start
    while position < end {
      try Task.checkCancellation()
      let wanted = Int(min(Int64(Self.piece), end - position))
      let count = try await slots.withSlot {
        try withUnsafeTemporaryAllocation(byteCount: wanted, alignment: 4_096) { buffer in
          let count = try read(buffer, position)
          hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
          return count
        }
      }
      guard count > 0 else {
        throw LineError(.changed, "the file became shorter while it was read; try again")
      }
      position += Int64(count)
      try await progress(position)
    }
  }
}
