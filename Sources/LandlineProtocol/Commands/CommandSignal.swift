/// The signals that can be sent to a command (man 7 signal), by their names without `SIG`.
public enum CommandSignal: String, Hashable, Sendable, CaseIterable {
  case hangup = "HUP"
  case interrupt = "INT"
  case quit = "QUIT"
  case kill = "KILL"
  case user1 = "USR1"
  case user2 = "USR2"
  case terminate = "TERM"
  case goOn = "CONT"
  case stop = "STOP"
  case stopTyped = "TSTP"

  /// - Parameter text: `TERM`, `SIGTERM`, or its number, in any case.
  public init?(_ text: String) {
    let name = text.uppercased()
    if let signal = Self.allCases.first(where: { name == $0.rawValue || name == "SIG" + $0.rawValue }) {
      self = signal
    } else if let signal = Self.allCases.first(where: { text == String($0.number) }) {
      self = signal
    } else {
      return nil
    }
  }

  /// - Throws: `bad-request` that lists them.
  public static func named(_ text: String) throws(LineError) -> CommandSignal {
    guard let signal = CommandSignal(text) else {
      throw LineError(
        .badRequest,
        "there is no signal '\(printable(text))' that can be sent: "
          + allCases.map(\.rawValue).joined(separator: ", "))
    }
    return signal
  }

  /// As Linux counts, on every architecture that Swift runs on.
  public var number: Int32 {
    switch self {
    case .hangup: 1
    case .interrupt: 2
    case .quit: 3
    case .kill: 9
    case .user1: 10
    case .user2: 12
    case .terminate: 15
    case .goOn: 18
    case .stop: 19
    case .stopTyped: 20
    }
  }
}
