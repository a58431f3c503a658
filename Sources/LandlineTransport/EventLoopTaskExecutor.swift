public import NIOCore

/// Runs tasks on a connection's own event loop, so that what only sorts messages does not change threads for each.
///
/// Tasks that prefer it must never block.
public final class EventLoopTaskExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  public init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
