/// A host and a port as people write them: `name:5263`, `192.0.2.1:5263`, `[2001:db8::1]:5263`.
public struct HostPort: Hashable, Sendable, CustomStringConvertible {
  /// Without brackets.
  public var host: String
  public var port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// nil when `text` has no host, or its port is not 0 to 65535.
  public init?(_ text: String, defaultPort: Int) {
    var port = defaultPort
    var host = text[...]
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<close]
      let after = text[text.index(after: close)...]
      if !after.isEmpty {
        guard after.first == ":", let number = Self.port(after.dropFirst()) else { return nil }
        port = number
      }
    } else if let colon = text.lastIndex(of: ":") {
      // More than one colon without brackets is a bare IPv6 address.
      if text.firstIndex(of: ":") == colon {
        guard let number = Self.port(text[text.index(after: colon)...]) else { return nil }
        port = number
        host = text[..<colon]
      }
    }
    guard !host.isEmpty, !host.contains(where: { $0 == " " || $0 == "/" || $0 == "#" || $0 == "@" })
    else { return nil }
    self.init(host: String(host), port: port)
  }

  private static func port(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 5, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(text), number <= 65_535
    else { return nil }
    return number
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
