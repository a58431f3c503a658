import NIOCore

/// Buffers that are filled one after the other and used again when nobody holds them any more.
///
/// Saves the page faults of fresh memory for every piece of a large file.
struct BufferRing {
  private var buffers: [ByteBuffer?]
  private var position = 0
  private let size: Int

  /// - Parameters:
  ///   - count: how many; as many as can be on their way at the same time, and one.
  ///   - size: bytes of each.
  init(count: Int, size: Int) {
    buffers = Array(repeating: nil, count: count)
    self.size = size
  }

  /// An empty buffer, filled by `fill`.
  mutating func next(
    _ fill: (inout ByteBuffer) throws(ClientError) -> Void
  ) throws(ClientError) -> ByteBuffer {
    var buffer = buffers[position] ?? ByteBufferAllocator().buffer(capacity: size)
    // Only without another owner the memory can be kept; `clear` allocates otherwise.
    buffers[position] = nil
    buffer.clear(minimumCapacity: size)
    try fill(&buffer)
    buffers[position] = buffer
    position = (position + 1) % buffers.count
    return buffer
  }
}
