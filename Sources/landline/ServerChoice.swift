import Glibc
import LandlineClient
import LandlineProtocol

/// Which server a command means: a joined one by its name, the only joined one, or the one of the environment.
struct ServerChoice {
  private let book: ServerBook
  /// LANDLINE_SERVER and LANDLINE_TOKEN, when both are set.
  private let script: LandlineClient?

  static func load() throws -> ServerChoice {
    ServerChoice(book: try ServerBook(), script: try scriptClient())
  }

  private static func scriptClient() throws -> LandlineClient? {
    guard let server = variable("LANDLINE_SERVER"), let token = variable("LANDLINE_TOKEN") else {
      return nil
    }
    do {
      return LandlineClient(endpoint: Endpoint(try Invite(server)), credentials: .token(token))
    } catch {
      throw ClientError(
        .usage,
        "LANDLINE_SERVER is not landline://HOST:PORT/#FINGERPRINT: \(error.message)")
    }
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// - Parameters:
  ///   - name: nil when it was left out.
  ///   - isBeforePath: whether the name is what stood before the colon of a path, and may be a part of it.
  func client(for name: String?, isBeforePath: Bool = false) throws -> LandlineClient {
    if name == nil, let script { return script }
    do {
      return LandlineClient(try book.find(name))
    } catch {
      var error = error
      if let name, isBeforePath, error.code == .noSuchServer {
        error.message +=
          "; if '\(printable(name)):' is the beginning of a path, put a ':' before it"
      }
      throw error
    }
  }

  func isJoined(_ name: String) throws -> Bool {
    guard let record = try book.record(named: name) else { return false }
    return record.pendingInvite == nil
  }
}
