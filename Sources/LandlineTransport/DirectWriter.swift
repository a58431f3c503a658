import Glibc
public import NIOCore

/// Writes to the socket at once what is written and flushed, past SwiftNIO's list of pending writes.
///
/// Most writes are one buffer for which the kernel has room. For them the list, its promises and its accounts are a
/// tenth of what the write costs, and in a room of chat there is a write for each member. What the kernel does not take
/// goes the usual way, and all that follows it, until SwiftNIO has written it: so nothing overtakes anything, and
/// writability, errors and the end of the connection stay SwiftNIO's.
///
/// It belongs next to the socket, below TLS; on a channel without one it passes everything on.
public final class DirectWriter: ChannelOutboundHandler {
  public typealias OutboundIn = ByteBuffer
  public typealias OutboundOut = ByteBuffer

  private struct Write {
    var bytes: ByteBuffer
    var promise: EventLoopPromise<Void>?
  }

  /// From when this is added until it is removed.
  private var channel: (any Channel)?
  /// The socket; nil before the first flush, and for a channel that has none.
  private var descriptor: CInt?
  private var hasLooked = false
  /// What was written and is not flushed; nothing while SwiftNIO has yet to write.
  private var held: Write?
  /// What was written behind that.
  private var more: [Write] = []
  /// How many writes SwiftNIO has yet to finish.
  private var passed = 0

  public init() {}

  public func handlerAdded(context: ChannelHandlerContext) {
    channel = context.channel
  }

  public func handlerRemoved(context: ChannelHandlerContext) {
    channel = nil
    let lost = (held.map { [$0] } ?? []) + more
    held = nil
    more = []
    for write in lost { write.promise?.fail(ChannelError.ioOnClosedChannel) }
  }

  public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let write = Write(bytes: unwrapOutboundIn(data), promise: promise)
    if held != nil || !more.isEmpty {
      more.append(write)
    } else if passed == 0 {
      held = write
    } else {
      pass(write, context)
    }
  }

  public func flush(context: ChannelHandlerContext) {
    if var write = held {
      held = nil
      if more.isEmpty, send(&write, context) {
        let promise = write.promise
        // Before anybody is told, who then finds the buffer free to be used again.
        write.bytes = ByteBuffer()
        promise?.succeed()
        return
      }
      pass(write, context)
      // Of several writes SwiftNIO makes one system call. Whom that makes write more comes behind them.
      while !more.isEmpty { pass(more.removeFirst(), context) }
    }
    context.flush()
  }

  /// Sends what the kernel takes at once, and leaves the rest.
  /// - Returns: whether that was all.
  private func send(_ write: inout Write, _ context: ChannelHandlerContext) -> Bool {
    // Who closes a channel closes its socket and says so before anything else runs; its number may be another's then.
    guard let channel, channel.isActive, let descriptor = socket(context) else { return false }
    // By a shorter way through the kernel than write(2), and without SIGPIPE (man 2 send).
    let count = write.bytes.withUnsafeReadableBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
    }
    if count > 0 { write.bytes.moveReaderIndex(forwardBy: count) }
    // Errors, too, are for SwiftNIO, which meets them or what they leave when it tries.
    return count >= 0 && write.bytes.readableBytes == 0
  }

  private func pass(_ write: Write, _ context: ChannelHandlerContext) {
    passed += 1
    let done = context.eventLoop.makePromise(of: Void.self)
    done.futureResult.assumeIsolated().whenComplete { _ in self.passed -= 1 }
    done.futureResult.cascade(to: write.promise)
    context.write(wrapOutboundOut(write.bytes), promise: done)
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
