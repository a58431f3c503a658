import Framing
import LandlineTransport
import NIOCore
import NIOEmbedded
import Testing

/// A socket that takes nothing until it is told to.
private final class HoldingSocket: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  private var promises: [EventLoopPromise<Void>] = []

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if let promise { promises.append(promise) }
  }

  func flush(context: ChannelHandlerContext) {}

  func takeAll() {
    let taken = promises
    promises = []
    for promise in taken { promise.succeed() }
  }
}

/// When a peer counts as one that does not read.
@Suite struct StallTests {
  private let loop = EmbeddedEventLoop()
  private let socket = HoldingSocket()
  private let channel: EmbeddedChannel
  private let line: LineChannel

  init() throws {
    channel = EmbeddedChannel(handler: socket, loop: loop)
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/peer")).wait()
    line = try LineChannel(channel: channel, limits: .init(head: 1_000, body: 0), stallTimeout: .seconds(4))
  }

  private func send() {
    line.sendIfThereIsRoom(head: [1])
    loop.run()
  }

  @Test func whoTakesNothingIsCut() {
    send()
    loop.advanceTime(by: .milliseconds(3_999))
    #expect(channel.isActive)
    loop.advanceTime(by: .milliseconds(2))
    #expect(!channel.isActive)
  }

  @Test func whatIsTakenLaterHasItsOwnTime() {
    send()
    socket.takeAll()
    loop.advanceTime(by: .milliseconds(3_990))
    send()
    // The time of the first is over now.
    loop.advanceTime(by: .milliseconds(20))
    #expect(channel.isActive)
    loop.advanceTime(by: .milliseconds(3_960))
    #expect(channel.isActive)
    loop.advanceTime(by: .milliseconds(20))
    #expect(!channel.isActive)
  }

  @Test func whoTakesSomeIsNotCut() {
    for _ in 0..<5 {
      send()
      loop.advanceTime(by: .seconds(3))
      socket.takeAll()
      send()
    }
    #expect(channel.isActive)
  }
}
