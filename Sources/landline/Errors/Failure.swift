import ArgumentParser
import LandlineClient
import LandlineProtocol

/// An error in the three forms in which it leaves the program: exit code, code for programs, sentence for people.
struct Failure {
  var status: ExitStatus
  var code: String
  var message: String
  /// What to do about it.
  var advice: String?
  /// How the command is used, in lines behind the message.
  var usage: String?

  /// - Parameter command: the one that ran; nil when the command line was not understood.
  init(_ error: any Error, of command: (any ParsableCommand.Type)?) {
    switch error {
    case let error as ClientError:
      status = ExitStatus(error)
      code = error.codeName
      message = error.message
      advice = Advice.general(error)
    case let error as LineError:
      status = ExitStatus(ClientError(error))
      code = error.code.rawValue
      message = error.message
      advice = Advice.general(ClientError(error))
    default:
      status = .usage
      code = "usage"
      if let mistyped = MistypedCommand.find(in: Array(CommandLine.arguments.dropFirst())) {
        message = mistyped.message
        return
      }
      guard LandlineCommand.exitCode(for: error) == .validationFailure else {
        status = .someFailed
        code = "failed"
        message = "\(error)"
        return
      }
      message = Self.lowered(LandlineCommand.message(for: error))
      usage =
        command.map { "Usage: " + LandlineCommand.usageString(for: $0) }
        ?? Self.usage(LandlineCommand.fullMessage(for: error))
    }
  }

  /// For people: what happened, what to do, and how the command is used.
  var text: String {
    let sentence = "landline: " + (advice.map { "\(message). \($0)" } ?? message)
    return usage.map { "\(sentence)\n\($0)" } ?? sentence
  }

  /// The parser's text has the message, sometimes a line of help, and the usage.
  private static func usage(_ text: String) -> String? {
    let lines = text.split(separator: "\n")
    guard let start = lines.firstIndex(where: { $0.hasPrefix("Usage:") }) else { return nil }
    return lines[start...].joined(separator: "\n")
  }

  /// The parser begins its sentences as sentences; ours stand behind `landline: `.
  private static func lowered(_ text: String) -> String {
    guard let second = text.dropFirst().first, second.isLowercase else { return text }
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
