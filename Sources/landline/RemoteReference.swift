import Glibc
import LandlineClient
import LandlineProtocol

/// `SERVER:PATH`, `:PATH` or `PATH` as people write it.
///
/// Cut at bytes, never at Characters: a combining mark behind the colon would hide it.
struct RemoteReference {
  /// nil when it was left out.
  var server: String?
  var path: String

  /// What stands before and behind the first colon; nil when there is none.
  private static func split(_ text: String) -> (before: String, behind: String)? {
    let bytes = text.utf8
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return (
      String(decoding: bytes[..<colon], as: UTF8.self),
      String(decoding: bytes[bytes.index(after: colon)...], as: UTF8.self)
    )
  }

  /// A path on a server, as `get` and its like take it.
  init(_ text: String) {
    guard let parts = Self.split(text) else {
      self.init(server: nil, path: text)
      return
    }
    self.init(server: parts.before.isEmpty ? nil : parts.before, path: parts.behind)
  }

  init(server: String?, path: String) {
    self.server = server
    self.path = path
  }

  /// The last argument of `put`, when it is a destination and not one more file: `NAME:…` of a joined server, or
  /// anything with a colon that is no local file.
  static func destination(_ text: String, _ choice: ServerChoice) throws -> RemoteReference? {
    guard let parts = split(text) else { return nil }
    if try !parts.before.isEmpty && !choice.isJoined(parts.before) && access(text, F_OK) == 0 {
      return nil
    }
    return RemoteReference(text)
  }

  /// The one server that several paths are on: its name, said once, counts for all.
  /// - Throws: `usage` when they are on several.
  static func common(_ texts: [String]) throws -> (server: String?, paths: [String]) {
    let references = texts.map { RemoteReference($0) }
    var servers = Set(references.compactMap(\.server)).sorted()
    if !servers.isEmpty, ServerChoice.isOfEnvironment, references.contains(where: { $0.server == nil }) {
      servers.append("the one of LANDLINE_SERVER")
    }
    guard servers.count <= 1 else {
      throw ClientError(
        .usage,
        "the paths are on several servers (\(servers.map { printable($0) }.joined(separator: ", "))); "
          + "one command talks to one server")
    }
    return (servers.first, references.map(\.path))
  }
}
