import LandlineProtocol
import LandlineServices
import Synchronization

/// What a client adds to an open `run`, `shell` or `attach`, between the connection's reader and the request's task.
final class CommandChannel: Sendable {
  /// What came before the program was there.
  private enum Order {
    case signal(CommandSignal)
    case resize(ResizeRequest)
  }

  private struct State {
    var program: (any RunningProgram)?
    var early: [Order] = []
    var isCancelled = false
  }

  private static let mostEarly = 16

  let credits = StreamCredits()
  let input = CommandInput()
  private let state = Mutex(State())

  /// Gives the orders to a program, those included that have come already.
  func bind(_ program: any RunningProgram) {
    let (early, isCancelled) = state.withLock { state in
      state.program = program
      defer { state.early = [] }
      return (state.early, state.isCancelled)
    }
    for order in early { Self.carry(out: order, program) }
    if isCancelled { program.end() }
  }

  /// - Throws: `bad-request`.
  func take(_ addition: CommandOperation) throws(LineError) {
    switch addition {
    case .credit(let credit): try credits.add(credit)
    case .signal(let fields): order(.signal(try .named(fields.signal)))
    case .resize(let fields):
      guard (1...9_999).contains(fields.columns), (1...9_999).contains(fields.rows) else {
        throw LineError(.badRequest, "a terminal has 1 to 9999 columns and as many rows")
      }
      order(.resize(fields))
    default: break
    }
  }

  /// Whether the client has cancelled the request. (That its connection is over is another matter.)
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// The client wants nothing more of it: it is ended, and what it still says is dropped.
  func cancel() {
    let program = state.withLock { state in
      state.isCancelled = true
      return state.program
    }
    credits.drop()
    program?.end()
  }

  private func order(_ order: Order) {
    let program = state.withLock { state -> (any RunningProgram)? in
      if state.program == nil, state.early.count < Self.mostEarly { state.early.append(order) }
      return state.program
    }
    if let program { Self.carry(out: order, program) }
  }

  private static func carry(out order: Order, _ program: any RunningProgram) {
    switch order {
    case .signal(let signal): program.signal(signal)
    case .resize(let size): program.resize(columns: size.columns, rows: size.rows)
    }
  }
}

/// The channels of one connection's open commands.
final class OpenCommands: Sendable {
  private let hasBegun = Atomic(false)
  private let channels = Mutex<[UInt64: CommandChannel]>([:])

  /// Whether this is the first time that it is asked.
  var isFirst: Bool { !hasBegun.exchange(true, ordering: .relaxed) }

  func open(_ id: UInt64) -> CommandChannel {
    let channel = CommandChannel()
    channels.withLock { $0[id] = channel }
    return channel
  }

  func close(_ id: UInt64) {
    let channel = channels.withLock { $0.removeValue(forKey: id) }
    channel?.input.close()
  }

  /// nil: it is over; what the client says about it came too late.
  subscript(id: UInt64) -> CommandChannel? { channels.withLock { $0[id] } }
}

extension CommandOperation {
  /// Whether it belongs to an open request.
  var isAddition: Bool {
    switch self {
    case .input, .credit, .signal, .resize: true
    case .run, .shell, .attach, .jobs, .kill: false
    }
  }

  /// Whether others may be added to it.
  var isConversation: Bool {
    switch self {
    case .run, .shell, .attach: true
    default: false
    }
  }
}
