import NIOCore

/// Answers whatever speaks HTTP with 404 and closes. The web door will stand here.
final class WebPlaceholder: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// The longest request that is waited for, in bytes.
  private static let maximumRequest = 16_384
  private static let endOfHead = Array("\r\n\r\n".utf8)

  private var received = ByteBuffer()
  private var hasAnswered = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasAnswered else { return }
    var bytes = unwrapInboundIn(data)
    received.writeBuffer(&bytes)
    let isWhole = received.readableBytesView.firstRange(of: Self.endOfHead) != nil
    guard isWhole || received.readableBytes > Self.maximumRequest else { return }
    hasAnswered = true
    let text = "There is nothing to see here yet. Use the command landline.\n"
    let answer =
      "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\n"
      + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n" + text
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
