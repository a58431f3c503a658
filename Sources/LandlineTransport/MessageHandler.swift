import Framing
import NIOCore

/// The thin layer between `Framing` and SwiftNIO: bytes to events, messages to bytes, and the deadlines of both.
///
/// Everything here runs on the channel's event loop.
final class MessageHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Bodies above this many bytes are written on their own, smaller ones are copied together.
  private static let copyLimit = 16_384
  /// How many bytes that others share may wait when the channel has no room any more (docs/PROTOCOL.md section 7).
  private static let mostPushed = 262_144
  /// A peer that takes so many bytes within the deadline is not stalled (docs/PROTOCOL.md section 7).
  private static let sliceSize = 262_144

  private var decoder: MessageDecoder
  private let inbound: InboundQueue
  private let outbound: OutboundQueue
  private let stallTimeout: TimeAmount
  private var context: ChannelHandlerContext?
  /// After an error of the peer's nothing more of it is looked at.
  private var isDiscarding = false
  private var isReadHeld = false
  /// When the message that is now half here was begun.
  private var messageStart: NIODeadline?
  private var inboundTimer: Scheduled<Void>?
  /// As the channel has it.
  private var isWritable = true
  /// Bytes that the channel was given and has not written yet, and when it last took some of them; those of which nobody
  /// is told are not among them.
  private var unwritten = 0
  private var lastWriteProgress = NIODeadline.now()
  private var outboundTimer: Scheduled<Void>?
  /// Bytes that others share and that were written when the channel had no room for them any more.
  private var pushed = 0
  /// Bytes written since the last flush.
  private var unflushed = 0

  init(
    limits: MessageDecoder.Limits, inbound: InboundQueue, outbound: OutboundQueue,
    stallTimeout: TimeAmount
  ) {
    decoder = MessageDecoder(limits: limits)
    self.inbound = inbound
    self.outbound = outbound
    self.stallTimeout = stallTimeout
  }

  func setLimits(_ limits: MessageDecoder.Limits) {
    decoder.limits = limits
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    isWritable = context.channel.isWritable
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    inboundTimer?.cancel()
    outboundTimer?.cancel()
    end(with: LineTransportError.closed)
  }

  // MARK: In

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDiscarding else { return }
    let buffer = unwrapInboundIn(data)
    var events: [LineEvent] = []
    do {
      var offset = 0
      let bytes = buffer.readableBytesSpan
      while let event = try decoder.next(bytes, from: &offset) {
        switch event {
        case .head(let head, let bodyLength): events.append(.head(head, bodyLength: bodyLength))
        case .body(let range):
          if let slice = slice(of: buffer, range) { events.append(.body(slice)) }
        case .end:
          events.append(.end)
          // The next message has its own time.
          messageStart = nil
        }
      }
    } catch {
      isDiscarding = true
      inbound.push(events)
      inbound.finish(.failure(error))
      return
    }
    noteMessageProgress()
    if !events.isEmpty { inbound.push(events) }
  }

  /// A copy of the bytes of `range`. A slice would keep the whole buffer alive, for a peer that sends byte by byte one
  /// for each; and TLS uses the buffer again, which copies all of it, full or not, while somebody else has a part.
  private func slice(of buffer: ByteBuffer, _ range: Range<Int>) -> ByteBuffer? {
    let start = buffer.readerIndex + range.lowerBound
    return buffer.viewBytes(at: start, length: range.count).map { ByteBuffer(bytes: $0) }
  }

  func read(context: ChannelHandlerContext) {
    if !isDiscarding && inbound.shouldPause() {
      isReadHeld = true
    } else {
      context.read()
    }
  }

  /// Asks the channel for more after a pause.
  func resumeReading() {
    guard isReadHeld else { return }
    isReadHeld = false
    // The wait was ours, not the peer's.
    if messageStart != nil { messageStart = .now() }
    context?.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    do {
      try decoder.finish()
      inbound.finish(.success(()))
    } catch {
      inbound.finish(.failure(error))
    }
    end(with: LineTransportError.closed)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(with: error)
    context.close(promise: nil)
  }

  private func end(with error: any Error) {
    inbound.finish(.failure(error))
    outbound.fail(error)
  }

  /// Starts, keeps or ends the deadline of the message that is half here.
  private func noteMessageProgress() {
    if decoder.isBetweenMessages {
      messageStart = nil
    } else if messageStart == nil {
      messageStart = .now()
      if inboundTimer == nil { scheduleInboundCheck(in: stallTimeout) }
    }
  }

  private func scheduleInboundCheck(in delay: TimeAmount) {
    guard let context else { return }
    inboundTimer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
      self.inboundTimer = nil
      guard let start = self.messageStart, !self.isDiscarding else { return }
      let left = start + self.stallTimeout - .now()
      if self.isReadHeld {
        self.scheduleInboundCheck(in: self.stallTimeout)
      } else if left > .zero {
        self.scheduleInboundCheck(in: left)
      } else {
        self.isDiscarding = true
        self.inbound.finish(
          .failure(LineTransportError.stalled("a message was begun and not finished in time")))
      }
    }
  }

  // MARK: Out

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    // Kept here, for to ask the channel costs a push to many a good part of its time.
    isWritable = context.channel.isWritable
    context.fireChannelWritabilityChanged()
  }

  /// Writes what the queue holds: small messages together, large bodies each on their own and without a copy.
  func flushQueued() {
    guard let context, writeQueued(context) else { return }
    unflushed = 0
    context.flush()
  }

  /// - Returns: whether there was anything.
  private func writeQueued(_ context: ChannelHandlerContext) -> Bool {
    let messages = outbound.takeAll()
    guard !messages.isEmpty else { return false }
    var small = context.channel.allocator.buffer(
      capacity: min(messages.reduce(0) { $0 + $1.head.count }, 65_536))
    for message in messages {
      small.writeBytes(message.head)
      guard var body = message.body else { continue }
      if body.readableBytes <= Self.copyLimit {
        small.writeBuffer(&body)
      } else {
        write(&small, context)
        write(&body, context)
      }
    }
    write(&small, context)
    return true
  }

  /// Notes that the channel is given bytes, whose deadline begins now if they wait for no others.
  private func willWrite(_ count: Int, _ context: ChannelHandlerContext) {
    if unwritten == 0 { lastWriteProgress = context.eventLoop.now }
    unwritten += count
    if outboundTimer == nil { scheduleOutboundCheck(in: stallTimeout) }
  }

  private func hasWritten(_ count: Int, at time: NIODeadline) {
    lastWriteProgress = time
    unwritten -= count
    outbound.wrote(count)
  }

  /// Writes bytes that others share, behind everything that was sent before.
  /// - Returns: false, and nothing is written, when the peer has left too much of them unread already.
  func push(_ bytes: ByteBuffer) -> Bool {
    guard let context else { return true }
    let count = bytes.readableBytes
    // Nearly always there is room; then nobody needs to be told when they are gone.
    let isFree = isWritable
    guard isFree || pushed + count <= Self.mostPushed else { return false }
    _ = writeQueued(context)
    unflushed = 0
    if isFree {
      context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
      return true
    }
    pushed += count
    outbound.count(count)
    willWrite(count, context)
    let loop = context.eventLoop
    let promise = loop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in
      self.pushed -= count
      self.hasWritten(count, at: loop.now)
    }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    return true
  }

  /// Writes a buffer in slices, of each of which it is known when the peer has taken it.
  private func write(_ buffer: inout ByteBuffer, _ context: ChannelHandlerContext) {
    while let slice = buffer.readSlice(length: min(buffer.readableBytes, Self.sliceSize)), slice.readableBytes > 0 {
      let count = slice.readableBytes
      willWrite(count, context)
      let loop = context.eventLoop
      let promise = loop.makePromise(of: Void.self)
      promise.futureResult.assumeIsolated().whenComplete { _ in self.hasWritten(count, at: loop.now) }
      context.write(wrapOutboundOut(slice), promise: promise)
      unflushed += count
      if unflushed >= Self.sliceSize {
        // TLS makes one write of all that is flushed together.
        unflushed = 0
        context.flush()
      }
    }
    buffer = context.channel.allocator.buffer(capacity: 0)
  }

  private func scheduleOutboundCheck(in delay: TimeAmount) {
    guard let context else { return }
    outboundTimer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
      self.outboundTimer = nil
      guard self.unwritten > 0 else { return }
      let left = self.lastWriteProgress + self.stallTimeout - context.eventLoop.now
      if left > .zero {
        self.scheduleOutboundCheck(in: left)
      } else {
        // Nothing can be said to somebody who does not read.
        self.end(with: LineTransportError.stalled("the peer did not read what was sent in time"))
        context.close(promise: nil)
      }
    }
  }

  /// Lets go of what was sent and keeps reading only to throw away, so that the peer reads our last words
  /// instead of a reset (RFC 1122 section 4.2.2.13).
  func beginLinger() {
    isDiscarding = true
    resumeReading()
  }
}
