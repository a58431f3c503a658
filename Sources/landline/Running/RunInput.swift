import Glibc
import LandlineClient
import LandlineProtocol
import NIOCore
import Synchronization

/// Takes what comes to this process, keys, a file, signals, to the command that runs elsewhere.
final class RunInput: Sendable {
  private struct State {
    var credit = RemoteCommand.initialCredit
    var isOver = false
  }

  /// What a wait has brought.
  private enum Arrival: Sendable {
    case signals([Int32])
    case bytes(ByteBuffer)
    case end
  }

  /// The most that is read at once, in bytes.
  private static let piece = 131_072

  private let signals: RunSignals
  /// Whether standard input goes along.
  private let hasInput: Bool
  /// With a terminal: its size goes along, and the escape is looked for.
  private let isTerminal: Bool
  private let state = Mutex(State())

  init(_ signals: RunSignals, hasInput: Bool, isTerminal: Bool) {
    self.signals = signals
    self.hasInput = hasInput
    self.isTerminal = isTerminal
  }

  /// Notes that more may be sent.
  func add(credit: Int) {
    state.withLock { $0.credit += credit }
    signals.wake()
  }

  /// Ends `run`.
  func end() {
    state.withLock { $0.isOver = true }
    signals.wake()
  }

  /// Runs until `end`.
  /// - Throws: what sending throws; `RunEscape` when the person typed it.
  func run(to command: RemoteCommand) async throws {
    var isOpen = hasInput
    var escape = EscapeFinder()
    while true {
      let (credit, isOver) = state.withLock { ($0.credit, $0.isOver) }
      if isOver { return }
      let most = isOpen ? min(credit, Self.piece) : 0
      switch await WaitingThreads.run({ [signals] in Self.wait(signals, most: most) }) {
      case .signals(let numbers):
        for number in numbers { try await take(number, command) }
      case .bytes(var piece):
        if isTerminal, escape.find(in: &piece) { throw RunEscape() }
        guard piece.readableBytes > 0 else { break }
        state.withLock { $0.credit -= piece.readableBytes }
        try await command.write(piece)
      case .end:
        isOpen = false
        try await command.endInput()
      }
    }
  }

  private func take(_ number: Int32, _ command: RemoteCommand) async throws {
    if number == SIGWINCH {
      guard isTerminal, let size = Terminal.inputSize else { return }
      try await command.resize(columns: size.columns, rows: size.rows)
    } else if let signal = CommandSignal(number: number) {
      try await command.signal(signal)
    }
  }

  /// - Parameter most: bytes of standard input; 0: it is not looked at.
  private static func wait(_ signals: RunSignals, most: Int) -> Arrival {
    while true {
      var events = [pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)]
      if most > 0 { events.append(pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)) }
      let count = poll(&events, nfds_t(events.count), -1)
      if count < 0 && errno != EINTR { return .end }
      if events[0].revents != 0 { return .signals(signals.take()) }
      guard count > 0, events.count > 1, events[1].revents != 0 else { continue }
      var buffer = ByteBuffer()
      let taken = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: most) { room in
        max(0, read(STDIN_FILENO, room.baseAddress, most))
      }
      // An error of standard input ends it, as its end does: EIO of a terminal that went away, say.
      return taken > 0 ? .bytes(buffer) : .end
    }
  }
}

/// The person has typed what ends the conversation on this side.
struct RunEscape: Error {}

/// Looks for Enter `~` `.`, as people know it from ssh.
struct EscapeFinder {
  private enum State {
    case inLine, atStart, afterTilde
  }

  private var state = State.atStart

  /// Looks through what was typed, and takes the tilde out that is not sent yet.
  /// - Returns: whether the escape was typed.
  mutating func find(in piece: inout ByteBuffer) -> Bool {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(piece.readableBytes + 1)
    for byte in piece.readableBytesView {
      switch (state, byte) {
      case (.afterTilde, UInt8(ascii: ".")): return true
      case (.afterTilde, UInt8(ascii: "~")):
        // Twice is one.
        bytes.append(byte)
        state = .inLine
      case (.afterTilde, _):
        bytes += [UInt8(ascii: "~"), byte]
        state = Self.isEnd(byte) ? .atStart : .inLine
      case (.atStart, UInt8(ascii: "~")): state = .afterTilde
      case (_, _):
        bytes.append(byte)
        state = Self.isEnd(byte) ? .atStart : .inLine
      }
    }
    piece = ByteBuffer(bytes: bytes)
    return false
  }

  private static func isEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }
}
