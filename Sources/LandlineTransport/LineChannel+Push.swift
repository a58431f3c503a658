public import NIOCore

extension LineChannel {
  /// Waits while too much is on its way already.
  public func waitForRoom() async throws {
    try await outbound.waitForRoom()
  }

  /// Sends a message without waiting for room: the caller sees to it that there are not too many of them. On a
  /// connection that has ended nothing happens.
  public func sendNow(head: [UInt8]) {
    guard let flush = try? outbound.add(.init(head: head, body: nil)), flush else { return }
    channel.eventLoop.execute { [handler] in handler.value.flushQueued() }
  }

  /// Writes bytes that many connections share: whole messages, encoded once for all. Call it on the channel's event
  /// loop. They come behind everything that was sent before.
  ///
  /// The queue of each connection is bounded: see docs/PROTOCOL.md section 7.
  /// - Returns: false, and nothing is written, when the peer has left too much unread already.
  public func push(_ bytes: ByteBuffer) -> Bool {
    handler.value.push(bytes)
  }
}
