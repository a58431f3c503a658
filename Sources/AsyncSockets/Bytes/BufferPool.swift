/// The loop's buffers that nobody has: taken when bytes have come, and given back when they have been used. The last one
/// given is the first one taken, so that few are warm. Used in the loop's thread only.
struct BufferPool: ~Copyable {
  private let bufferSize: Int
  private let free: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private var freeCount = 0

  /// What one loop keeps for the next bytes.
  private static let maximumFree = 64

  init(bufferSize: Int) {
    precondition(bufferSize > 0, "buffers of \(bufferSize) bytes")
    self.bufferSize = bufferSize
    free = .allocate(capacity: Self.maximumFree)
  }

  deinit {
    for index in 0..<freeCount { free[index].deallocate() }
    free.deallocate()
  }

  @inline(__always)
  mutating func take() -> UnsafeMutableRawPointer {
    guard freeCount > 0 else { return Self.allocate(bufferSize) }
    freeCount &-= 1
    return free[freeCount]
  }

  @inline(__always)
  mutating func give(_ buffer: UnsafeMutableRawPointer) {
    guard freeCount < Self.maximumFree else { return buffer.deallocate() }
    (free + freeCount).initialize(to: buffer)
    freeCount &+= 1
  }

  static func allocate(_ size: Int) -> UnsafeMutableRawPointer { .allocate(byteCount: size, alignment: 16) }
}

extension EventLoop {
  @inline(__always)
  func takeBuffer() -> UnsafeMutableRawPointer {
    isCurrent ? buffers.take() : BufferPool.allocate(bufferSize)
  }

  @inline(__always)
  func giveBuffer(_ buffer: UnsafeMutableRawPointer) {
    if isCurrent { buffers.give(buffer) } else { buffer.deallocate() }
  }
}
