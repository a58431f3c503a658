import LandlineClient
import LandlineProtocol
import Synchronization

/// A room for programs: lines in are messages, lines out are what others say.
struct PipedChat {
  let client: LandlineClient
  let options: ChatRoomOptions
  let json: Bool

  func run() async throws {
    let input = try InputReader()
    let failures = Failures()
    let past = Latch()
    let events: @Sendable (ChatRoomEvent) async -> Void = { show($0, past) }
    try await client.withRoom(options, events: events) { room in
      await past.wait()
      try await send(input, to: room, failures)
      try await room.flush()
    }
    try failures.status.throwIfFailed()
  }

  private func send(_ input: InputReader, to room: ChatRoom, _ failures: Failures) async throws {
    var lines = InputLines(atMost: ChatLimits.message)
    while true {
      try Task.checkCancellation()
      switch await input.next() {
      case .woken: continue
      case .bytes(let bytes):
        for line in lines.lines(of: bytes) { try await send(line, to: room, failures) }
      case .end:
        if let line = lines.lastLine() { try await send(line, to: room, failures) }
        return
      }
    }
  }

  private func send(_ line: InputLines.Line, to room: ChatRoom, _ failures: Failures) async throws {
    switch line {
    case .text(let text):
      try await room.post(text) { result in
        switch result {
        case .success(let sent): if json { JSONLine.write(ChatJSON(sent)) }
        case .failure(let error): fail(error, failures)
        }
      }
    case .mistake(let what): fail(ClientError(.usage, what), failures)
    }
  }

  private func fail(_ error: ClientError, _ failures: Failures) {
    failures.add(error)
    if json { JSONLine.write(JSONEvent(error)) }
    Screen.shared.note("landline: \(error.sentence)")
  }

  // MARK: What comes

  private func show(_ event: ChatRoomEvent, _ past: Latch) {
    if case .caughtUp = event { past.open() }
    if case .lost(let error) = event { Screen.shared.note("landline: \(error.message); trying again") }
    // What one has said oneself one knows, and a program that answers must not answer itself.
    if case .message(let message) = event, message.isOwn { return }
    if json {
      if let object = ChatJSON(event, room: options.room) { JSONLine.write(object) }
    } else if case .message(let message) = event {
      Screen.shared.out(Self.line(message))
    }
    if Terminal.isReaderGone { ExitStatus.endForReaderGone() }
  }

  static func line(_ message: ChatMessage) -> String {
    let text = ChatText.safe(message.text)
    let name = printable(message.from)
    if message.isPrivate { return "[\(name) to you]: \(text)" }
    switch message.kind {
    case .action: return "\(name): /me \(text)"
    case .topic: return "\(name): /topic \(text)"
    case .file, nil: return "\(name): \(text)"
    }
  }
}

/// What went wrong with single messages.
private final class Failures: Sendable {
  private let statuses = Mutex<Set<ExitStatus>>([])

  var status: ExitStatus { ExitStatus(statuses.withLock { $0 }) }

  func add(_ error: ClientError) {
    statuses.withLock { _ = $0.insert(ExitStatus(error)) }
  }
}

/// A door that is opened once.
private final class Latch: Sendable {
  private struct State {
    var isOpen = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Waits until it is open, or the task is cancelled.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if state.isOpen || Task.isCancelled { return true }
          state.waiters.append(continuation)
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      open()
    }
  }
}
