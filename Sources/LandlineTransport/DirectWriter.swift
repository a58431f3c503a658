import Glibc
public import NIOCore

/// Writes to the socket at once what is written and flushed, past SwiftNIO's list of pending writes.
///
/// Most writes are one buffer for which the kernel has room. For them the list, its promises and its accounts are a
/// fifth of what the write costs, and in a room of chat there is a write for each member. What the kernel does not take
/// goes the usual way, and all that follows it, until SwiftNIO has written it: so nothing overtakes anything, and
/// writability, errors and the end of the connection stay SwiftNIO's.
///
/// It belongs next to the socket, below TLS; on a channel without one it passes everything on.
public final class DirectWriter: ChannelOutboundHandler {
  public typealias OutboundIn = ByteBuffer
  public typealias OutboundOut = ByteBuffer

  /// From when this is added until it is removed.
  private var channel: (any Channel)?
  /// The socket; nil before the first flush, and for a channel that has none.
  private var descriptor: CInt?
  private var hasLooked = false
  /// What was written and is not flushed.
  private var held: (bytes: ByteBuffer, promise: EventLoopPromise<Void>?)?
  /// How many writes SwiftNIO has yet to finish.
  private var passed = 0

  public init() {}

  public func handlerAdded(context: ChannelHandlerContext) {
    channel = context.channel
  }

  public func handlerRemoved(context: ChannelHandlerContext) {
    channel = nil
    held?.promise?.fail(ChannelError.ioOnClosedChannel)
    held = nil
  }

  public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if held == nil && passed == 0 {
      held = (unwrapOutboundIn(data), promise)
    } else {
      // Several writes before a flush: SwiftNIO makes one system call of them.
      passHeld(context)
      pass(data, promise, context)
    }
  }

  public func flush(context: ChannelHandlerContext) {
    guard let held else {
      context.flush()
      return
    }
    var bytes = held.bytes
    let promise = held.promise
    self.held = nil
    // Who closes a channel closes its socket and says so before anything else runs; its number may be another's then.
    if let channel, channel.isActive, let descriptor = socket(context) {
      // As SwiftNIO, which ignores SIGPIPE, but by the shorter way through the kernel (man 2 send).
      let count = bytes.withUnsafeReadableBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
      if count == bytes.readableBytes {
        // Before anybody is told, who then finds its buffer free to be used again.
        bytes = ByteBuffer()
        promise?.succeed()
        return
      }
      if count > 0 { bytes.moveReaderIndex(forwardBy: count) }
    }
    pass(wrapOutboundOut(bytes), promise, context)
    context.flush()
  }

  private func passHeld(_ context: ChannelHandlerContext) {
    guard let (bytes, promise) = held else { return }
    held = nil
    pass(wrapOutboundOut(bytes), promise, context)
  }

  private func pass(_ data: NIOAny, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
    passed += 1
    let written = promise ?? context.eventLoop.makePromise()
    written.futureResult.assumeIsolated().whenComplete { _ in self.passed -= 1 }
    context.write(data, promise: written)
  }

  private func socket(_ context: ChannelHandlerContext) -> CInt? {
    if !hasLooked {
      hasLooked = true
      descriptor = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
        of: NIOBSDSocket.Handle.self
      ) { $0 }
    }
    return descriptor
  }
}
