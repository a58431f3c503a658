public import Framing
public import NIOCore

/// One connection as a stream of messages in both directions, for tasks.
///
/// One task takes events by `next()`; any number may `send`. Both wait when the other side of them is slow, so that
/// nothing piles up. The deadlines for half messages and unread answers are kept here.
public final class LineChannel: Sendable {
  /// The channel beneath.
  public let channel: any Channel
  let handler: NIOLoopBound<MessageHandler>
  private let inbound: InboundQueue
  let outbound: OutboundQueue

  /// Adds the message layer at the end of the channel's pipeline. Call it on the channel's event loop.
  /// - Parameters:
  ///   - limits: for heads and bodies, in bytes; see `setLimits`.
  ///   - stallTimeout: how long one message may take from its first byte to its last, and how long the peer may leave
  ///     unread what was sent.
  ///   - most: how many bytes may wait for `next()` before the channel is not read any more.
  public init(
    channel: any Channel, limits: MessageDecoder.Limits, stallTimeout: TimeAmount, waitingAtMost most: Int = 1_048_576
  ) throws {
    self.channel = channel
    inbound = InboundQueue(high: most)
    outbound = OutboundQueue()
    let handler = MessageHandler(
      limits: limits, inbound: inbound, outbound: outbound, stallTimeout: stallTimeout)
    self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
    // With names the pipeline need not look for some, for which it describes each handler's type.
    try channel.pipeline.syncOperations.addHandler(handler, name: "messages")
  }

  /// Changes the limits for messages that have not begun.
  public func setLimits(_ limits: MessageDecoder.Limits) async throws {
    try await channel.eventLoop.submit { [handler] in handler.value.setLimits(limits) }.get()
  }

  /// The next event; nil when the peer has closed between two messages.
  /// - Throws: `FramingError` for what breaks the format, `LineTransportError`, or the channel's own error.
  public func next() async throws -> LineEvent? {
    let (event, resumeReading) = try await inbound.next()
    if resumeReading {
      channel.eventLoop.execute { [handler] in handler.value.resumeReading() }
    }
    return event
  }

  /// Makes `next()` throw `error` at once and from now on, whatever has arrived; sending goes on.
  public func interrupt(with error: any Error) {
    inbound.interrupt(error)
  }

  /// Sends a message; waits while too much is on its way already.
  /// - Parameters:
  ///   - head: length prefix and head, as `MessageEncoder` makes them.
  ///   - body: exactly as many bytes as the head says.
  ///   - whenThereIsRoom: called when the wait is over, just before the message can reach the peer.
  public func send(head: [UInt8], body: ByteBuffer? = nil, whenThereIsRoom: () -> Void = {}) async throws {
    // Before it is added, so that no number of senders fills the queue.
    try await outbound.waitForRoom()
    whenThereIsRoom()
    if try outbound.add(.init(head: head, body: body)) {
      channel.eventLoop.execute { [handler] in handler.value.flushQueued() }
    }
  }

  /// Sends a message without a body if there is room for it now, else not at all.
  public func sendIfThereIsRoom(head: [UInt8]) {
    guard outbound.hasRoom, let flush = try? outbound.add(.init(head: head, body: nil)), flush else { return }
    channel.eventLoop.execute { [handler] in handler.value.flushQueued() }
  }

  /// Sends a last message without waiting for room; whatever is sent after it is refused.
  public func sendLast(head: [UInt8]) {
    guard let flush = try? outbound.add(.init(head: head, body: nil)) else { return }
    outbound.seal()
    if flush {
      channel.eventLoop.execute { [handler] in handler.value.flushQueued() }
    }
  }

  /// Ends the connection in order: sends what waits, says that nothing follows, and gives the peer `linger` to read it.
  public func finish(linger: TimeAmount = .seconds(1)) async {
    let giveUp = channel.eventLoop.scheduleTask(in: linger + .seconds(4)) { [channel] in
      channel.close(promise: nil)
    }
    await outbound.waitUntilDrained()
    channel.eventLoop.execute { [handler, channel] in
      handler.value.beginLinger()
      channel.close(mode: .output, promise: nil)
    }
    let lingerTimer = channel.eventLoop.scheduleTask(in: linger) { [channel] in
      channel.close(promise: nil)
    }
    try? await channel.closeFuture.get()
    giveUp.cancel()
    lingerTimer.cancel()
  }

  /// Closes at once; what is not sent is lost.
  public func close() {
    channel.close(promise: nil)
  }
}
