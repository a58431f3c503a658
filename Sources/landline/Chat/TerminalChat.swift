import Glibc
import LandlineClient
import LandlineProtocol

/// A room on a terminal.
struct TerminalChat {
  /// Where files for a room go, on the server.
  private static let folder = "chat"

  let client: LandlineClient
  let options: ChatRoomOptions
  let screen: ChatScreen
  let text: ChatText

  /// - Parameter server: how paths on the server are written, as in `office:`.
  init(_ client: LandlineClient, _ options: ChatRoomOptions, server: String) {
    self.client = client
    self.options = options
    screen = ChatScreen(prompt: "\(printable(options.room))> ")
    text = ChatText(server: server, hasColor: Terminal.hasColor)
  }

  func run() async throws {
    let input = try InputReader()
    // Reads the window's size anew.
    signal(SIGWINCH) { _ in InputReader.wake() }
    defer { signal(SIGWINCH, SIG_DFL) }
    try await RawTerminal.during {
      defer { screen.clear() }
      try await client.withRoom(options, events: show) { room in
        try await talk(in: room, input)
      }
    }
  }

  // MARK: What comes

  @Sendable
  private func show(_ event: ChatRoomEvent) async {
    switch event {
    case .entered(let joined, let again): screen.show([again ? text.note("connected again") : text.entered(joined)])
    case .message(let message): screen.show([text.line(message)])
    case .presence(let account, let here): screen.show([text.presence(account, here: here)])
    case .lost(let error): screen.show([text.note("\(printable(error.message, atMost: 500)); trying again")])
    case .caughtUp: break
    }
  }

  // MARK: What is typed

  private func talk(in room: ChatRoom, _ input: InputReader) async throws {
    var decoder = KeyDecoder()
    screen.redraw()
    try await withThrowingDiscardingTaskGroup { group in
      typing: while true {
        switch await input.next() {
        case .woken:
          try Task.checkCancellation()
          screen.redraw()
        case .end: break typing
        case .bytes(let bytes):
          for key in decoder.keys(of: bytes) {
            switch screen.press(key) {
            case .changed, .unchanged, .redraw: break
            case .ended: break typing
            case .interrupted: throw ExitStatus.interrupted
            case .suspend: suspend()
            case .entered(let line):
              let line = ChatLine(line)
              if line == .quit { break typing }
              // What is said keeps its order; what is asked does not hold up what is said.
              if !(try say(line, in: room)) { group.addTask { await answer(line, in: room) } }
            }
          }
        }
      }
      group.cancelAll()
    }
    try await finish(room, input)
  }

  private func suspend() {
    // Where nobody would go on with us, a stop is ignored (POSIX: an orphaned process group).
    guard getsid(getppid()) == getsid(0), getpgid(getppid()) != getpgrp() else { return screen.redraw() }
    screen.clear()
    // The whole group, as the terminal itself does it.
    kill(0, SIGTSTP)
  }

  /// Never waits, for Ctrl-C is typed, too.
  /// - Returns: false for a line that says nothing.
  private func say(_ line: ChatLine, in room: ChatRoom) throws -> Bool {
    do throws(ClientError) {
      return try sayNow(line, in: room)
    } catch {
      guard error.code == .busy else { throw error }
      if case .say(let words) = line { tell(error, about: words) } else { tell(error) }
      return true
    }
  }

  private func sayNow(_ line: ChatLine, in room: ChatRoom) throws(ClientError) -> Bool {
    switch line {
    case .say(let words): try post(words, nil, room)
    case .action(let words): try post(words, .action, room)
    case .topic(let topic?): try post(topic, .topic, room)
    case .message(let name, let words):
      try room.postNow(words, to: "@" + name) { result in
        switch result {
        case .success(let sent):
          let name = printable(String(sent.room.dropFirst()))
          screen.show([ChatText.clock(Int64(time(nil))) + " [you to \(name)] " + ChatText.safe(words)])
        case .failure(let error): tell(error)
        }
      }
    default: return false
    }
    return true
  }

  private func post(_ words: String, _ kind: ChatKind?, _ room: ChatRoom) throws(ClientError) {
    try room.postNow(words, kind: kind) { result in
      if case .failure(let error) = result { tell(error, about: words) }
    }
  }

  private func tell(_ error: ClientError, about words: String? = nil) {
    let what = words.map { "not said: \(printable($0, atMost: 60)): " } ?? ""
    screen.show([text.note(what + printable(error.sentence, atMost: 500))])
  }

  private func answer(_ line: ChatLine, in room: ChatRoom) async {
    do {
      switch line {
      case .mistake(let what): screen.show([text.note(printable(what))])
      case .help: screen.show(ChatLine.helpLines.map { text.note($0) })
      case .who: screen.show([text.note(try await who(in: room))])
      case .topic: screen.show([text.note(try await topic(of: room))])
      case .history(let count): try await showHistory(count, of: room)
      case .put(let file): try await put(file, in: room)
      default: break
      }
    } catch let error as ClientError {
      tell(error)
    } catch {
      // Cancelled: one is leaving.
    }
  }

  private func who(in room: ChatRoom) async throws -> String {
    let members = try await room.withConnection { try await $0.who(in: options.room) }
    return "here: " + members.map { printable($0.account) }.joined(separator: ", ")
  }

  private func topic(of room: ChatRoom) async throws -> String {
    let joined = try await room.withConnection { try await $0.topic(of: options.room) }
    return joined.map { "topic: \(ChatText.safe($0))" } ?? "there is no topic; /topic TEXT sets one"
  }

  private func showHistory(_ count: Int, of room: ChatRoom) async throws {
    let (answer, entries) = try await room.withConnection { try await $0.history(of: options.room, limit: count) }
    let lines = entries.map { text.line(ChatMessage($0, in: answer.room)) }
    screen.show([text.note("the last \(Format.count(lines.count, "message")):")] + lines + [text.note("that was it")])
  }

  private func put(_ file: String, in room: ChatRoom) async throws {
    var options = TransferOptions()
    options.ifExists = .keepBoth
    let place = "\(Self.folder)/\(self.options.room)"
    let outcome = Outcome()
    _ = try await client.put(
      [.file(file)], to: .folder(place), options: options,
      observer: TransferObserver(finished: { _, result in outcome.set(result) }))
    switch outcome.value {
    case .done(let path, _, _, _): _ = try await room.send(path, kind: .file)
    case .failed(let error): throw error
    default: break
    }
  }

  /// Waits for what is on its way; not for ever, if there is no server.
  private func finish(_ room: ChatRoom, _ input: InputReader) async throws {
    var waiting = Int.max
    while room.waiting < waiting {
      waiting = room.waiting
      let isDone = try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
          try await room.flush()
          return true
        }
        group.addTask {
          // The deadline of one more acknowledgement.
          try await Task.sleep(for: .seconds(5))
          return false
        }
        group.addTask {
          try await Self.waitForInterrupt(input)
          return false
        }
        defer { group.cancelAll() }
        return try await group.next() ?? false
      }
      if isDone { return }
    }
    throw ClientError(.cannotConnect, "you left before what you said last was stored; the server is not there")
  }

  /// Waits for Ctrl-C.
  private static func waitForInterrupt(_ input: InputReader) async throws {
    var decoder = KeyDecoder()
    while !Task.isCancelled {
      switch await input.next() {
      case .woken: continue
      // No key comes any more: the task is left to whoever cancels it.
      case .end: try await Task.sleep(for: .seconds(3_600))
      case .bytes(let bytes): if decoder.keys(of: bytes).contains(.interrupt) { throw ExitStatus.interrupted }
      }
    }
  }
}
