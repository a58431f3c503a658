import LandlineClient
import LandlineProtocol
import Synchronization

/// Asks the person at the terminal what to do with a name that is taken, and remembers an answer for all.
final class ExistsQuestion: Sendable {
  private let forAll = Mutex<IfExists?>(nil)

  /// Runs on a thread that may wait for the person.
  func ask(about name: String) async -> IfExists {
    if let known = forAll.withLock({ $0 }) { return known }
    while true {
      Screen.shared.ask(
        "'\(printable(name))' is there already: replace it (r), keep both (k), skip it (s), or leave "
          + "it as an error (l)? With an 'a' behind the letter for all (ra): ")
      let answer = TerminalAnswer.line()?.lowercased()
      Screen.shared.answered()
      guard let line = answer else {
        // The end of input is an answer, but no end of the line.
        Screen.shared.note("")
        return .fail
      }
      guard let choice = Self.choice(line.utf8.first) else { continue }
      if line.utf8.dropFirst().first == UInt8(ascii: "a") { forAll.withLock { $0 = choice } }
      return choice
    }
  }

  private static func choice(_ letter: UInt8?) -> IfExists? {
    switch letter {
    case UInt8(ascii: "r"): .replace
    case UInt8(ascii: "k"): .keepBoth
    case UInt8(ascii: "s"): .skip
    case UInt8(ascii: "l"): .fail
    default: nil
    }
  }
}
