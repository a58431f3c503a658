import LandlineProtocol
import NIOCore

/// Several requests in one piece of memory, as they stand on the wire: one write for all of them.
struct RequestBatch {
  private(set) var buffer = ByteBuffer()
  private let firstID: UInt64
  private(set) var nextID: UInt64

  /// - Parameter nextID: of its first request.
  init(nextID: UInt64) {
    firstID = nextID
    self.nextID = nextID
  }

  /// The ids of the requests in it.
  var ids: Range<UInt64> { firstID..<nextID }

  /// Bytes so far.
  var count: Int { buffer.readableBytes }

  /// Adds a request.
  /// - Parameter body: at most `LineProtocol.maximumBody` bytes.
  /// - Returns: its id.
  mutating func add(
    _ operation: Operation, body: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
  ) throws(ClientError) -> UInt64 {
    let id = nextID
    let head = Request(id: id, operation, body: body.count).head
    guard head.count <= LineProtocol.maximumHead else {
      throw ClientError(.usage, "the request is too large for the protocol")
    }
    if buffer.capacity == 0 { buffer = ByteBufferAllocator().buffer(capacity: Self.usualCapacity) }
    buffer.writeInteger(UInt32(head.count), endianness: .little)
    buffer.writeBytes(head)
    buffer.writeBytes(body)
    nextID = id + 1
    return id
  }

  /// From how many bytes on a batch is worth being sent.
  static let worthSending = 196_608
  private static let usualCapacity = 262_144
}
