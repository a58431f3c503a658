import Addresses
import Sockets

/// Sends mail by a server (RFC 5321), in the clear: there is no TLS in the toolkit. (Python: `smtplib.SMTP`.)
struct SMTP: ~Copyable {
  private var stream: SocketStream
  private let mechanisms: Set<Substring>

  /// Connects, and introduces itself.
  init(_ host: String, _ port: Port) throws {
    var stream = try SocketStream(Socket(connectingTo: host, port: port, timeout: .seconds(30)))
    _ = try Self.answer(&stream, 220, to: "the connection")
    var mechanisms: Set<Substring> = []
    let features = try Self.ask(&stream, "EHLO \(Resolver.fullyQualifiedName())", 250)
    for line in features {
      let words = line.split(separator: " ")
      if words.first?.uppercased() == "AUTH" { mechanisms.formUnion(words.dropFirst()) }
    }
    self.stream = stream
    self.mechanisms = mechanisms
  }

  /// Logs in by the best way that the server knows. (Python: `login()`.)
  mutating func login(_ name: String, _ password: String) throws {
    func encoded(_ text: String) -> String { Base64.encode(Array(text.utf8)) }
    if mechanisms.contains("CRAM-MD5") {
      let question = try Self.ask(&stream, "AUTH CRAM-MD5", 334).first ?? ""
      let challenge = Base64.decode(Array(question.utf8)) ?? []
      _ = try Self.ask(&stream, encoded("\(name) \(MD5.hexDigest(of: challenge, key: Array(password.utf8)))"), 235)
    } else if mechanisms.contains("PLAIN") {
      _ = try Self.ask(&stream, "AUTH PLAIN \(encoded("\0\(name)\0\(password)"))", 235)
    } else if mechanisms.contains("LOGIN") {
      _ = try Self.ask(&stream, "AUTH LOGIN \(encoded(name))", 334)
      _ = try Self.ask(&stream, encoded(password), 235)
    } else {
      throw Failure("the mail server offers no login that is known here")
    }
  }

  /// Sends a mail; each recipient must be accepted. (Python: `sendmail()`.)
  mutating func send(from sender: String, to recipients: [String], _ mail: String) throws {
    _ = try Self.ask(&stream, "MAIL FROM:<\(sender)>", 250)
    for recipient in recipients { _ = try Self.ask(&stream, "RCPT TO:<\(recipient)>", 250) }
    _ = try Self.ask(&stream, "DATA", 354)
    for line in mail.split(separator: "\r\n", omittingEmptySubsequences: false) {
      // A line with a dot alone would be the end (RFC 5321, section 4.5.2).
      try stream.write((line.hasPrefix(".") ? "." : "") + line + "\r\n")
    }
    _ = try Self.ask(&stream, ".", 250)
  }

  /// Takes leave. (Python: `quit()`.)
  mutating func quit() throws { _ = try Self.ask(&stream, "QUIT", 221) }

  private static func ask(_ stream: inout SocketStream, _ command: String, _ code: Int) throws -> [String] {
    try stream.write(command + "\r\n")
    try stream.flush()
    return try answer(&stream, code, to: command.split(separator: " ").first.map(String.init) ?? command)
  }

  /// Reads an answer of any number of lines.
  private static func answer(_ stream: inout SocketStream, _ code: Int, to what: String) throws -> [String] {
    var lines: [String] = []
    while let line = try stream.readLine(limit: 2048), lines.count < 100 {
      lines.append(String(line.dropFirst(4)))
      guard !line.dropFirst(3).hasPrefix("-") else { continue }
      guard line.hasPrefix("\(code)") else { throw Failure("the mail server answers to \(what): \(line)") }
      return lines
    }
    throw Failure("the mail server closed, or did not end its answer, after \(what)")
  }
}

extension MD5 {
  /// The digest of bytes with a secret (HMAC, RFC 2104).
  static func hexDigest(of bytes: [UInt8], key: [UInt8]) -> String {
    func digest(_ bytes: [UInt8]) -> [UInt8] {
      let digits = Array(hexDigest(of: bytes))
      return stride(from: 0, to: 32, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }
    let short = key.count > 64 ? digest(key) : key
    let padded = short + [UInt8](repeating: 0, count: 64 - short.count)
    return hexDigest(of: padded.map { $0 ^ 0x5C } + digest(padded.map { $0 ^ 0x36 } + bytes))
  }
}
