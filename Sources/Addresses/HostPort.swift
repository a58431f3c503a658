/// A host and a port, as people write them: `example.org:443`, `192.0.2.1:80`, `[2001:db8::1]:80`.
///
/// ```swift
/// let server = try HostPort(parsing: "[::1]", defaultPort: 8080)
/// print(server)  // [::1]:8080
/// ```
///
/// An IPv6 address has brackets around it (RFC 3986 §3.2.2), for without them nobody could tell its
/// last group from a port. A zone is written as it is, `[fe80::1%eth0]:80`, not escaped as in a URI.
public struct HostPort: AddressText {
  /// The host, without brackets.
  public var host: Host

  /// The port.
  public var port: Port

  /// Puts host and port together.
  public init(host: Host, port: Port) {
    self.host = host
    self.port = port
  }

  /// Puts address and port together.
  public init(_ address: IPAddress, _ port: Port) { self.init(host: .address(address), port: port) }
}

extension HostPort {
  /// A name, a colon, and a port.
  public static var maximumTextLength: Int { Host.maximumTextLength + 1 + Port.maximumTextLength }

  private static let subject = "host and port"

  /// Parses `host:port`, or `[IPv6]:port`.
  ///
  /// - Parameter text: The text's UTF-8.
  /// - Throws: What is wrong, and at which byte; ``AddressError/Code/missingPort`` if there is none.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    try self.init(parsing: text, orPort: nil)
  }

  /// Parses `host:port` or `host` alone; an IPv6 address has brackets in either case.
  ///
  /// - Parameters:
  ///   - text: The text's UTF-8.
  ///   - defaultPort: The port where the text has none.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>, defaultPort: Port) throws(AddressError) {
    try self.init(parsing: text, orPort: defaultPort)
  }

  /// Parses `host:port` or `host` alone; see ``init(parsing:defaultPort:)-(Span<UInt8>,_)``.
  public init(parsing text: String, defaultPort: Port) throws(AddressError) {
    try self.init(parsing: text.utf8.span, orPort: defaultPort)
  }

  private init(parsing text: Span<UInt8>, orPort defaultPort: Port?) throws(AddressError) {
    let subject = HostPort.subject
    guard !text.isEmpty else { throw AddressError(.empty, subject, at: 0) }
    let hostEnd: Int
    if text[0] == .openingBracket {
      guard let bracket = text.firstOffset(of: .closingBracket, in: 1..<text.count) else {
        throw AddressError(.missingBracket, subject, at: text.count)
      }
      do {
        host = .address(.ipv6(try IPv6Address(parsing: text.extracting(1..<bracket))))
      } catch {
        throw error.shifted(by: 1)
      }
      hostEnd = bracket + 1
    } else {
      hostEnd = text.firstOffset(of: .colon, in: 0..<text.count) ?? text.count
      if hostEnd < text.count, text.firstOffset(of: .colon, in: hostEnd + 1..<text.count) != nil {
        throw AddressError(.missingBracket, subject, at: 0)
      }
      host = try Host(parsing: text.extracting(0..<hostEnd))
    }
    port = try HostPort.port(parsing: text, from: hostEnd, or: defaultPort)
  }

  private static func port(
    parsing text: Span<UInt8>, from colon: Int, or defaultPort: Port?
  ) throws(AddressError) -> Port {
    guard colon < text.count else {
      guard let defaultPort else { throw AddressError(.missingPort, subject, at: colon) }
      return defaultPort
    }
    guard text[colon] == .colon else { throw AddressError(.unexpectedCharacter, subject, at: colon) }
    do {
      return try Port(parsing: text.extracting(colon + 1..<text.count))
    } catch {
      throw error.shifted(by: colon + 1)
    }
  }

  /// Appends the host, in brackets if it is an IPv6 address, and the port; see
  /// ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    if case .address(.ipv6(let address)) = host {
      output.append(.openingBracket)
      address.write(into: &output)
      output.append(.closingBracket)
    } else {
      host.write(into: &output)
    }
    output.append(.colon)
    port.write(into: &output)
  }
}
