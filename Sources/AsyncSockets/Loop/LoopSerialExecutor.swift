/// The executor of actors that live on a loop.
///
/// Apart from the loop itself, which is the executor that tasks prefer: a job is told which of the two runs it, and
/// both protocols have the same `enqueue`.
final class LoopSerialExecutor: SerialExecutor {
  // The loop owns this executor and is not owned by it; an actor that uses it keeps the loop (see
  // EventLoop.serialExecutor).
  private unowned let loop: EventLoop

  init(_ loop: EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) { loop.enqueue(Job(job: UnownedJob(job), isIsolated: true)) }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  func isIsolatingCurrentContext() -> Bool? { loop.isCurrent }

  func checkIsolated() { precondition(loop.isCurrent, "this code belongs on its event loop's thread") }
}
