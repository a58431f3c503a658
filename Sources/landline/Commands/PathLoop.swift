import LandlineClient
import LandlineProtocol

/// Does something with each of several paths of one server; one's failure does not stop the others.
struct PathLoop {
  private let arguments: [String]
  private let json: Bool

  init(_ arguments: [String], json: Bool) {
    self.arguments = arguments
    self.json = json
  }

  /// - Throws: `ExitStatus`, when something failed and was named; what keeps all of them from being done.
  func run(_ body: (Connection, String) async throws -> Void) async throws {
    let (server, paths) = try RemoteReference.common(arguments)
    let client = try ServerChoice.load().client(for: server, isBeforePath: true)
    let failures = try await client.withConnection { connection in
      var failures: [ClientError] = []
      for (argument, path) in zip(arguments, paths) {
        do {
          try await body(connection, path)
        } catch let error as ClientError where error.code != .connectionLost {
          failures.append(error)
          // A damaged file has been shown as such already.
          if json && error.code != .mismatch { JSONLine.write(JSONEvent(error, path: path)) }
          Screen.shared.note("landline: \(printable(argument)): \(error.message)")
        }
      }
      return failures
    }
    try ExitStatus(failures: failures).throwIfFailed()
  }
}
