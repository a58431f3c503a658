import LandlineTransport

/// Threads on which a call may wait: for a terminal, a pipe, a disk. Tasks share few threads, and none of those may.
public enum WaitingThreads {
  /// Runs tasks on them, for those that wait again and again.
  public static var executor: any TaskExecutor { ClientRuntime.blocking }

  /// Runs `body` on one of them. It is not interrupted when the task is cancelled.
  public static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withTaskExecutorPreference(ClientRuntime.blocking) { await onThisThread(body) }
  }

  // A function of its own, for only there the preference holds.
  @concurrent
  private static func onThisThread<Value: Sendable>(_ body: @Sendable () -> Value) async -> Value { body() }
}
