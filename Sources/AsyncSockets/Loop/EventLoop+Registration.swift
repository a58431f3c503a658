internal import Selectors
internal import Sockets

/// How sockets and timers come to the loop and go, from any thread.
extension EventLoop {
  func register(_ socket: AsyncSocket, _ descriptor: CInt) throws(SocketError) -> UInt32 {
    let generation: UInt32? = registry.withLock { registry in
      registry.hasEnded ? nil : registry.insert(socket, descriptor)
    }
    guard let generation else { throw Wake.loopEnded.failure(of: "epoll_ctl") }
    do throws(SocketError) {
      try poller.add(descriptor, token: Registry.token(descriptor, generation))
    } catch {
      registry.withLock { $0.remove(descriptor, generation) }
      throw error
    }
    return generation
  }

  func unregister(_ descriptor: CInt, _ generation: UInt32, _ timers: DirectionTimer?...) {
    poller.remove(descriptor)
    registry.withLock { registry in
      registry.remove(descriptor, generation)
      for timer in timers {
        guard let timer else { continue }
        registry.timers.remove(timer)
        // The socket may go now: nobody is to be woken through this timer any more.
        timer.deadline = MonotonicTime.never
      }
    }
  }

  /// Wakes the tasks of a server's connections.
  func cancelCovered(by server: ObjectIdentifier) {
    var wakes: [PendingWake] = []
    registry.withLock { registry in
      registry.forEachSocket { $0.cancelCovered(by: server, waking: &wakes) }
    }
    wakes.resumeAll()
  }

  func setDeadline(_ deadline: Int64, of timer: DirectionTimer) {
    let isNext = registry.withLock { registry in
      timer.deadline = deadline
      return deadline != MonotonicTime.never && registry.timers.schedule(timer, at: deadline)
    }
    // The loop sleeps until the timer that was next before.
    if isNext, !isCurrent { poller.waker.wake() }
  }

  func schedule(_ timer: CallTimer, at moment: Int64) {
    let isNext = registry.withLock { $0.timers.schedule(timer, at: moment) }
    if isNext, !isCurrent { poller.waker.wake() }
  }

  func cancel(_ timer: CallTimer) { registry.withLock { $0.timers.remove(timer) } }

  /// Wakes a call that parked after its deadline, and maybe after its timer had fired.
  ///
  /// Under the lock, where the next call of the direction sets its own deadline before it parks: whoever waits with a
  /// deadline that has passed is woken, and nobody else.
  func fireIfOverdue(_ timer: DirectionTimer) {
    var wakes: [PendingWake] = []
    registry.withLock { registry in
      guard timer.deadline != MonotonicTime.never else { return }
      let now = MonotonicTime.now
      guard timer.deadline <= now else { return }
      _ = timer.fire(at: now, waking: &wakes)
    }
    wakes.resumeAll()
  }

  /// Suspends the task for a time; like `Task.sleep`, which takes it off the loop and back.
  ///
  /// - Returns: Whether the time has passed; false if the task was cancelled or the loop has ended.
  @discardableResult
  public func sleep(for duration: Duration) async -> Bool {
    let timer = SleepTimer()
    let moment = MonotonicTime.after(duration)
    let wake = await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Wake, Never>) in
        let waker = retainedWaker()
        let isCurrent = isCurrent
        defer { waker.release() }
        let wake: Wake? = registry.withLock { registry in
          if registry.hasEnded { return .loopEnded }
          if Task.isCancelled { return .cancelled }
          timer.continuation = continuation
          _ = registry.timers.schedule(timer, at: moment)
          return nil
        }
        if let wake {
          continuation.resume(returning: wake)
        } else if !isCurrent {
          waker._withUnsafeGuaranteedRef { $0.wake() }
        }
      }
    } onCancel: {
      let wake = registry.withLock { registry in
        registry.timers.remove(timer)
        return timer.take(.cancelled)
      }
      wake?.resume()
    }
    return wake == .ready
  }
}
