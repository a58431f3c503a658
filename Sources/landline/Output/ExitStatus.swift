import ArgumentParser
import LandlineClient
import LandlineProtocol

/// The command's exit codes. Thrown, one means that what there was to say has been said.
enum ExitStatus: Int32, Error {
  case done = 0
  /// Some of what was asked for failed; each is named on standard error.
  case someFailed = 1
  case usage = 2
  case cannotConnect = 3
  case notTrusted = 4
  case notAllowed = 5
  /// By SIGINT, as shells count.
  case interrupted = 130

  init(_ error: ClientError) {
    switch (error.code, error.refusal?.code) {
    case (.notTrusted, _): self = .notTrusted
    case (.cannotConnect, _), (.connectionLost, _): self = .cannotConnect
    case (.usage, _), (.noSuchServer, _): self = .usage
    case (_, .forbidden?), (_, .unauthenticated?): self = .notAllowed
    default: self = .someFailed
    }
  }

  /// The code for several failures: their own when they agree, `someFailed` when not.
  ///
  /// A server that was lost or cannot be trusted counts for all, for nothing more can be done then.
  init(failures: [ClientError]) {
    let statuses = Set(failures.map { ExitStatus($0) })
    if statuses.isEmpty {
      self = .done
    } else if let worst = [ExitStatus.notTrusted, .cannotConnect].first(where: statuses.contains) {
      self = worst
    } else if statuses == [.notAllowed] {
      self = .notAllowed
    } else {
      self = .someFailed
    }
  }

  /// Ends the command, unless it is `done`.
  func throwIfFailed() throws {
    if self != .done { throw self }
  }
}

/// An error in the three forms in which it leaves the program.
struct Failure {
  var status: ExitStatus
  var code: String
  var message: String
  /// The parser's message has its own form, several lines with the usage.
  var isParserError = false

  init(_ error: any Error) {
    switch error {
    case let error as ClientError:
      status = ExitStatus(error)
      code = error.codeName
      message = error.message
    case let error as LineError:
      status = ExitStatus(ClientError(error))
      code = error.code.rawValue
      message = error.message
    default:
      code = "failed"
      let parserCode = LandlineCommand.exitCode(for: error)
      if parserCode == .validationFailure {
        status = .usage
        code = "usage"
        message = LandlineCommand.fullMessage(for: error)
        isParserError = true
      } else {
        status = .someFailed
        message = "\(error)"
      }
    }
  }
}
