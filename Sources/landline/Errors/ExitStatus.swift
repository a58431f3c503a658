import ArgumentParser
import Glibc
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
  /// By SIGINT, as shells count; SIGTERM makes it 143.
  case interrupted = 130
  /// Nobody reads standard output any more, as shells count SIGPIPE. Nothing is said about it.
  case readerGone = 141

  init(_ error: ClientError) {
    switch (error.code, error.refusal?.code) {
    case (.notTrusted, _): self = .notTrusted
    case (.cannotConnect, _), (.connectionLost, _): self = .cannotConnect
    case (.usage, _), (.noSuchServer, _), (_, .badRequest?): self = .usage
    case (_, .forbidden?), (_, .unauthenticated?): self = .notAllowed
    default: self = .someFailed
    }
  }

  /// The code for several failures: their own when they agree, `someFailed` when not.
  ///
  /// A server that was lost or cannot be trusted counts for all, for nothing more can be done then.
  init(failures: [ClientError]) {
    self.init(Set(failures.map { ExitStatus($0) }))
  }

  init(_ statuses: Set<ExitStatus>) {
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

  /// Ends the process as SIGPIPE ends others: nothing can be said to anybody.
  static func endForReaderGone() -> Never {
    Screen.shared.clear()
    exit(readerGone.rawValue)
  }

  /// Ends the command, unless it is `done`.
  func throwIfFailed() throws {
    if self != .done { throw self }
  }
}
