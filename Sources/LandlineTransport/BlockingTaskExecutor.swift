public import NIOPosix

/// Runs tasks on a pool of threads where waiting for the disk is allowed.
///
/// A task that prefers it holds a thread only between two suspensions, so a transfer that waits for its peer holds none.
public final class BlockingTaskExecutor: TaskExecutor {
  private let pool: NIOThreadPool

  /// - Parameter pool: a pool that runs for as long as any task that prefers this executor.
  public init(_ pool: NIOThreadPool) {
    self.pool = pool
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // Also when the pool is ending (`.cancelled`): a job that is not run is a task that never ends.
    pool.submit { _ in job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
