import Glibc
import LandlineClient
import LandlineProtocol

/// Which server a command means: a joined one by its name, the only joined one, or the one of the environment.
struct ServerChoice {
  private let book: ServerBook

  static func load() throws -> ServerChoice {
    ServerChoice(book: try ServerBook())
  }

  /// A client by LANDLINE_SERVER and LANDLINE_TOKEN; nil when neither is set.
  private static func scriptClient() throws -> LandlineClient? {
    switch (variable("LANDLINE_SERVER"), variable("LANDLINE_TOKEN")) {
    case (nil, nil):
      return nil
    case (nil, _?):
      throw ClientError(
        .usage,
        "LANDLINE_TOKEN is set, and LANDLINE_SERVER is not: set it to landline://HOST:PORT/#FINGERPRINT "
          + "(the server's owner sees it with 'landline status'), or unset LANDLINE_TOKEN")
    case (_?, nil):
      throw ClientError(
        .usage,
        "LANDLINE_SERVER is set, and LANDLINE_TOKEN is not: set it to a token (made by 'landline token create "
          + "NAME'), or unset LANDLINE_SERVER to use the servers that you have joined")
    case (let server?, let token?):
      do {
        return LandlineClient(endpoint: Endpoint(try Invite(server)), credentials: .token(token))
      } catch {
        throw ClientError(
          .usage,
          "LANDLINE_SERVER is '\(printable(server))', and that is not landline://HOST:PORT/#FINGERPRINT: "
            + error.message)
      }
    }
  }

  /// Whether a name that is left out means the server of the environment.
  static var isOfEnvironment: Bool { variable("LANDLINE_SERVER") != nil }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// - Parameters:
  ///   - name: nil when it was left out.
  ///   - isBeforePath: whether the name is what stood before the colon of a path, and may be a part of it.
  func client(for name: String?, isBeforePath: Bool = false) throws -> LandlineClient {
    if name == nil, let script = try Self.scriptClient() { return script }
    if name == nil { try book.warnOfUnreadable() }
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

  /// How results name the server: `office:`, or `:` for one that has no name here.
  func place(for name: String?) -> String {
    if let name { return "\(name):" }
    if Self.isOfEnvironment { return ":" }
    return ((try? book.find(nil))?.name ?? "") + ":"
  }

  func isJoined(_ name: String) throws -> Bool {
    guard let record = try book.record(named: name) else { return false }
    return record.pendingInvite == nil
  }
}

extension ServerBook {
  /// Names on standard error what is passed over: somebody may miss it.
  func warnOfUnreadable() throws {
    for error in try unreadable() { Screen.shared.note("landline: warning: \(error.sentence); it is passed over") }
  }
}
