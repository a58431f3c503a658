import LandlineTransport
import NIOCore
import NIOPosix

/// The threads of this process that every client shares: made when first needed, never ended.
enum ClientRuntime {
  static let eventLoops: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton

  /// Where reading, writing and hashing of local files may wait.
  static let blocking: BlockingTaskExecutor = {
    // Of one transfer two tasks at most are at work at the same time; the rest waits for the peer.
    let pool = NIOThreadPool(numberOfThreads: 4)
    pool.start()
    return BlockingTaskExecutor(pool)
  }()
}
