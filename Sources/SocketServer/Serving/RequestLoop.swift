internal import Selectors

/// The loop of the servers that hand each request to a runner: waits for the listening socket, as long as
/// the runner has room, and for the runner.
final class RequestLoop: @unchecked Sendable {
  // Sendable: only the thread that serves touches it, and ServingState lets one in at a time.
  private enum Watched {
    case requests
    case runner
  }

  private var selector: PollSelector<Watched>
  private var ready: [ReadyKey<Watched>] = []
  /// No request is taken before: there was no descriptor left for one.
  private var pauseEnd: ContinuousClock.Instant?
  private let runner: any RequestRunner
  private let settings: ServerSettings

  let waker: Waker

  init(_ runner: any RequestRunner, _ settings: ServerSettings) throws(SelectorError) {
    let selector = try PollSelector<Watched>()
    waker = selector.waker
    self.selector = selector
    self.runner = runner
    self.settings = settings
  }

  /// Handles requests until it is asked to stop.
  ///
  /// - Parameters:
  ///   - descriptor: Where requests come.
  ///   - handleReady: Handles what has come, without waiting for more. Returns false if nothing can be taken for now
  ///     for lack of descriptors or memory.
  func serve(
    _ descriptor: CInt, _ state: ServingState, pollInterval: Duration, _ handleReady: () -> Bool
  ) throws(SelectorError) {
    try watch(descriptor)
    defer { state.forgetStopRequest() }
    while !state.isStopRequested {
      let isReady = try waitForRequest(descriptor, atMost: pollInterval)
      if state.isStopRequested { break }
      if isReady { handle(handleReady) }
      runner.serviceActions()
      settings.serviceActions()
    }
  }

  /// Waits for one request and handles it.
  func handleOne(_ descriptor: CInt, _ state: ServingState, _ handleReady: () -> Bool) throws(SelectorError) {
    try watch(descriptor)
    let deadline = settings.timeout.map { ContinuousClock.now.advanced(by: $0) }
    while !state.isStopRequested {
      let isReady = try waitForRequest(descriptor, atMost: deadline.map { .remaining(until: $0) })
      runner.serviceActions()
      if isReady { return handle(handleReady) }
      if let deadline, ContinuousClock.now >= deadline { return settings.handleTimeout() }
    }
    state.forgetStopRequest()
  }

  private func watch(_ descriptor: CInt) throws(SelectorError) {
    if let own = runner.descriptor, selector[own] == nil {
      try selector.register(own, for: .read, data: .runner)
    }
    try listen(descriptor, true)
  }

  /// Looks for requests, or leaves them where they are, in the kernel's queue.
  private func listen(_ descriptor: CInt, _ isWanted: Bool) throws(SelectorError) {
    guard isWanted != (selector[descriptor] != nil) else { return }
    if isWanted {
      try selector.register(descriptor, for: .read, data: .requests)
    } else {
      try selector.unregister(descriptor)
    }
  }

  private func waitForRequest(_ descriptor: CInt, atMost timeout: Duration?) throws(SelectorError) -> Bool {
    var timeout = timeout
    if let end = pauseEnd {
      let pause = Duration.remaining(until: end)
      if pause > .zero { timeout = min(pause, timeout ?? pause) } else { pauseEnd = nil }
    }
    try listen(descriptor, pauseEnd == nil && !runner.isFull)
    try selector.select(timeout: timeout, into: &ready)
    return ready.contains { $0.key.descriptor == descriptor }
  }

  private func handle(_ handleReady: () -> Bool) {
    guard !handleReady() else { return }
    // Otherwise the loop would turn without rest: the request that cannot be taken stays ready.
    pauseEnd = ContinuousClock.now.advanced(by: .milliseconds(100))
  }
}
