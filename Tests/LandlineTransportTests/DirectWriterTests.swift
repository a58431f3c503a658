import Glibc
import LandlineTransport
import NIOCore
import NIOEmbedded
import NIOPosix
import Synchronization
import Testing

/// Which writes are told to be done, in their order.
private final class Told: Sendable {
  private let numbers = Mutex<[Int]>([])

  var all: [Int] { numbers.withLock { $0 } }

  func note(_ number: Int) { numbers.withLock { $0.append(number) } }
}

/// A channel on one end of a pair of sockets, and the other end.
private struct Pair {
  var channel: any Channel
  var descriptor: CInt
  /// Blocks.
  var peer: CInt

  static func make() async throws -> Pair {
    let ends = try sockets()
    var size: CInt = 4_096
    setsockopt(ends.0, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    // What never comes fails a test, and does not hold it for ever.
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(ends.1, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(DirectWriter()) }
      }
      .withConnectedSocket(ends.0).get()
    return Pair(channel: channel, descriptor: ends.0, peer: ends.1)
  }

  static func sockets() throws -> (CInt, CInt) {
    var ends: [CInt] = [-1, -1]
    try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
    return (ends[0], ends[1])
  }

  /// What there is, at most `count` bytes.
  func read(_ count: Int) -> [UInt8]? {
    var piece = [UInt8](repeating: 0, count: count)
    let count = recv(peer, &piece, count, 0)
    return count < 0 ? nil : Array(piece[..<count])
  }

  /// Everything until the end.
  func readAll() -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(peer, &piece, piece.count, 0)
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
    }
  }
}

@Suite(.timeLimit(.minutes(2))) struct DirectWriterTests {
  /// Pieces that can be told from each other, with their places.
  private func pieces(_ count: Int, of size: Int) -> [[UInt8]] {
    (0..<count).map { number in (0..<size).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) } }
  }

  @Test("What the kernel does not take at once follows in its order, and all is told") func order() async throws {
    let pair = try await Pair.make()
    // Of the first the kernel takes a part.
    let pieces = pieces(1, of: 100_000) + pieces(300, of: 3_000)
    let told = Told()
    let done = pair.channel.eventLoop.submit { [channel = pair.channel] in
      for (number, piece) in pieces.enumerated() {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenSuccess { told.note(number) }
        channel.writeAndFlush(ByteBuffer(bytes: piece), promise: promise)
      }
      // Nobody has read, so not all of it can be gone.
      #expect(!channel.isWritable)
      channel.flush()
    }
    try await done.get()
    let waiting = told.all.count
    #expect(waiting < pieces.count)
    let all = Task.detached { pair.readAll() }
    pair.channel.writeAndFlush(ByteBuffer(string: "end")).whenComplete { _ in pair.channel.close(promise: nil) }
    #expect(await all.value == Array(pieces.joined()) + Array("end".utf8))
    #expect(told.all == Array(pieces.indices))
    close(pair.peer)
  }

  @Test("Writes before a flush go together, and none before it") func flush() async throws {
    let pair = try await Pair.make()
    let early = try await pair.channel.eventLoop.submit { [channel = pair.channel] in
      channel.write(ByteBuffer(string: "one "), promise: nil)
      channel.write(ByteBuffer(string: "two "), promise: nil)
      channel.write(ByteBuffer(string: "three"), promise: nil)
      var byte: UInt8 = 0
      return recv(pair.peer, &byte, 1, CInt(MSG_DONTWAIT)) >= 0
    }.get()
    #expect(!early)
    pair.channel.flush()
    #expect(try #require(pair.read(16)) == Array("one two three".utf8))
    pair.channel.writeAndFlush(ByteBuffer(string: " four")).whenComplete { _ in pair.channel.close(promise: nil) }
    #expect(String(decoding: pair.readAll(), as: UTF8.self) == " four")
    close(pair.peer)
  }

  @Test("A channel that is closed writes to nobody, whoever has its descriptor's number now") func reuse() async throws
  {
    // Another test may be the first to get the number.
    for _ in 0..<1_000 { if try await writesToNobodyAfterClosing() { return } }
    Issue.record("the descriptor's number was never to be had")
  }

  /// - Returns: false when somebody else has got the number.
  private func writesToNobodyAfterClosing() async throws -> Bool {
    let pair = try await Pair.make()
    let channel = pair.channel
    let (one, other) = try Pair.sockets()
    // So that the descriptor has been looked up.
    try await channel.writeAndFlush(ByteBuffer(string: "before"))
    let (heir, isWritten) = try await channel.eventLoop.flatSubmit {
      let heir = channel.eventLoop.makePromise(of: CInt.self)
      let closed = channel.eventLoop.makePromise(of: Void.self)
      let written = channel.eventLoop.makePromise(of: Void.self)
      // Called while the channel closes, before its handlers know.
      closed.futureResult.whenComplete { _ in
        heir.succeed(fcntl(one, F_DUPFD_CLOEXEC, pair.descriptor))
        channel.writeAndFlush(ByteBuffer(string: "secret"), promise: written)
      }
      channel.close(promise: closed)
      return heir.futureResult.and(written.futureResult.map { true }.recover { _ in false })
    }.get()
    var byte: UInt8 = 0
    #expect(!isWritten)
    #expect(recv(other, &byte, 1, CInt(MSG_DONTWAIT)) < 0)
    #expect(String(decoding: pair.readAll(), as: UTF8.self) == "before")
    for descriptor in [one, other, heir, pair.peer] { close(descriptor) }
    return heir == pair.descriptor
  }

  @Test("A peer that is gone is an error, and the channel's end") func gone() async throws {
    let pair = try await Pair.make()
    close(pair.peer)
    await #expect(throws: (any Error).self) {
      for _ in 0..<1_000 { try await pair.channel.writeAndFlush(ByteBuffer(repeating: 0, count: 4_096)) }
    }
    try await pair.channel.closeFuture.get()
  }

  @Test("What is written and not flushed fails with the connection") func unflushed() async throws {
    let pair = try await Pair.make()
    let written = pair.channel.write(ByteBuffer(string: "never flushed"))
    pair.channel.close(promise: nil)
    await #expect(throws: (any Error).self) { try await written.get() }
    #expect(pair.readAll().isEmpty)
    close(pair.peer)
  }

  @Test("A channel without a socket is passed everything") func embedded() throws {
    let channel = EmbeddedChannel(handler: DirectWriter())
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/")).wait()
    channel.write(ByteBuffer(string: "one"), promise: nil)
    #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
    channel.flush()
    channel.writeAndFlush(ByteBuffer(string: "two"), promise: nil)
    #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "one"))
    #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "two"))
    _ = try channel.finish()
  }
}
