import LandlineClient
import LandlineProtocol

/// Does something with each of several paths of one server, patterns among them; one's failure does not stop the others.
struct PathLoop {
  /// What patterns among the paths stand for.
  enum Patterns {
    case none, files, all
  }

  private let paths: [String]
  private let json: Bool
  private let patterns: Patterns
  private let client: LandlineClient
  /// The server's name as the person writes it: `office:`, or `:`.
  let place: String

  init(_ arguments: [String], json: Bool, patterns: Patterns = .all) throws {
    let (server, paths) = try RemoteReference.common(arguments)
    try self.init(paths, on: server, json: json, patterns: patterns)
  }

  /// - Parameter server: its name; nil when it was left out.
  init(_ paths: [String], on server: String?, json: Bool, patterns: Patterns = .all) throws {
    let choice = try ServerChoice.load()
    client = try choice.client(for: server, isBeforePath: true)
    place = choice.place(for: server)
    self.paths = paths
    self.json = json
    self.patterns = patterns
  }

  /// - Throws: `ExitStatus`, when something failed and was named; what keeps all of them from being done.
  func run(_ body: (Connection, String) async throws -> Void) async throws {
    let failures = try await client.withConnection { connection in
      var failures: [ClientError] = []
      for argument in paths {
        do {
          for path in try await matches(argument, connection) {
            do {
              try await body(connection, path)
            } catch let error as ClientError where error.isAboutOne {
              fail(path, error, &failures)
            }
          }
        } catch let error as ClientError where error.isAboutOne {
          fail(argument, error, &failures)
        }
      }
      return failures
    }
    try ExitStatus(failures: failures).throwIfFailed()
  }

  private func matches(_ argument: String, _ connection: Connection) async throws -> [String] {
    if patterns == .none || GlobPattern(argument).isLiteral { return [argument] }
    return try await connection.expand(argument).filter { patterns == .all || $0.kind == "file" }.compactMap(\.path)
  }

  private func fail(_ path: String, _ error: ClientError, _ failures: inout [ClientError]) {
    failures.append(error)
    // A damaged file has been shown as such already.
    if json && error.code != .mismatch { JSONLine.write(JSONEvent(error, path: path)) }
    Screen.shared.note(
      "landline: \(place)\(printable(path)): \(error.sentence(advising: Advice.aboutPath(error, path)))")
  }
}

extension ClientError {
  /// Whether the others can go on.
  fileprivate var isAboutOne: Bool { code != .connectionLost && code != .usage }
}
