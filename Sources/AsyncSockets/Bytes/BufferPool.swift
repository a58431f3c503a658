/// The loop's buffers that nobody has: taken when bytes have come, and given back when they have been used. The last one
/// given is the first one taken, so that few are warm. Used in the loop's thread only.
struct BufferPool: ~Copyable {
  let bufferSize: Int
  private var free: [UnsafeMutableRawBufferPointer] = []

  /// What one loop keeps for the next bytes.
  private static let maximumFree = 64

  init(bufferSize: Int) {
    precondition(bufferSize > 0, "buffers of \(bufferSize) bytes")
    self.bufferSize = bufferSize
    free.reserveCapacity(Self.maximumFree)
  }

  deinit { for buffer in free { buffer.deallocate() } }

  mutating func take() -> UnsafeMutableRawBufferPointer { free.popLast() ?? Self.allocate(bufferSize) }

  mutating func give(_ buffer: UnsafeMutableRawBufferPointer) {
    if free.count < Self.maximumFree { free.append(buffer) } else { buffer.deallocate() }
  }

  static func allocate(_ size: Int) -> UnsafeMutableRawBufferPointer { .allocate(byteCount: size, alignment: 16) }
}

extension EventLoop {
  @inline(__always)
  func takeBuffer() -> UnsafeMutableRawBufferPointer {
    isCurrent ? buffers.take() : BufferPool.allocate(buffers.bufferSize)
  }

  @inline(__always)
  func giveBuffer(_ buffer: UnsafeMutableRawBufferPointer) {
    if isCurrent { buffers.give(buffer) } else { buffer.deallocate() }
  }
}
