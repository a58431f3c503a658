import NIOCore
import NIOPosix

/// SwiftNIO's way without concurrency: a handler in the channel's pipeline.
func serveWithHandlers(_ port: Int) async throws {
  let channel = try await bootstrap()
    .childChannelInitializer { channel in channel.pipeline.addHandler(EchoHandler()) }
    .bind(host: "127.0.0.1", port: port).get()
  try await channel.closeFuture.get()
}

private final class EchoHandler: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.write(data, promise: nil) }
  func channelReadComplete(context: ChannelHandlerContext) { context.flush() }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// SwiftNIO's way with concurrency: a task a connection, on the global executor or on the event loop.
func serveWithAsyncChannels(_ port: Int, onLoop: Bool) async throws {
  let server = try await bootstrap().bind(host: "127.0.0.1", port: port) { channel in
    channel.eventLoop.makeCompletedFuture {
      try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
    }
  }
  let executor = onLoop ? LoopExecutor(server.channel.eventLoop) : nil
  try await server.executeThenClose { clients in
    try await withThrowingDiscardingTaskGroup { group in
      for try await client in clients {
        let work: @Sendable () async -> Void = {
          try? await client.executeThenClose { inbound, outbound in
            for try await bytes in inbound { try await outbound.write(bytes) }
          }
        }
        if let executor {
          group.addTask(executorPreference: executor, operation: work)
        } else {
          group.addTask(operation: work)
        }
      }
    }
  }
}

private func bootstrap() -> ServerBootstrap {
  ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
    .serverChannelOption(.backlog, value: 4096)
    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
}

/// An event loop as the executor that tasks prefer.
private final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop
  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
