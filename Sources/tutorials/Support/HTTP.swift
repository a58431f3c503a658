import Addresses
import Sockets

/// One request to a web server, and its answer (RFC 9112): what the tutorials' `requests` and `http.client` are used for.
/// Plain HTTP: there is no TLS in the toolkit.
struct HTTP {
  let status: Int
  let body: [UInt8]

  /// What is believed of a server's head, and of a body.
  private static let (headLimit, bodyLimit) = (65_536, 256 << 20)

  /// Fetches what is at an address. (Python: `requests.get()`.)
  static func get(_ url: String) throws -> HTTP {
    guard url.hasPrefix("http://") else { throw Failure("\(url) is no http:// address, and others need TLS") }
    let rest = url.dropFirst(7)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let path = rest.dropFirst(authority.count).prefix { $0 != "#" }
    let place = try? HostPort(parsing: authority.contains(":") ? String(authority) : authority + ":80")
    guard let place else { throw Failure("\(url) has no host") }
    return try HTTP(
      "GET", (path.hasPrefix("/") ? "" : "/") + path, at: "\(place.host)", place.port, ["Accept": "*/*"], body: [])
  }

  /// Sends a request and reads the answer.
  init(
    _ method: String, _ target: String, at host: String, _ port: Port, _ headers: KeyValuePairs<String, String>,
    body: [UInt8]
  ) throws {
    // No space or control character, with which a stranger's address would write headers of its own.
    guard target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw Failure("\(target) is no target") }
    var stream = try SocketStream(Socket(connectingTo: host, port: port, timeout: .seconds(30)))
    var head = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\(port == 80 ? "" : ":\(port)")\r\n"
    head += "Accept-Encoding: identity\r\nConnection: close\r\n"
    if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    try stream.write(head + "\r\n")
    try stream.write(body)
    try stream.flush()

    let words = try Self.line(&stream).split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw Failure("\(host) does not answer in HTTP")
    }
    self.status = status
    var fields: [String: String] = [:]
    var lines = 0
    while case let line = try Self.line(&stream), !line.isEmpty {
      guard let colon = line.firstIndex(of: ":"), lines < 200 else { throw Failure("the header \(line)") }
      lines += 1
      fields[line[..<colon].lowercased()] = String(line[line.index(after: colon)...]).stripped
    }
    if fields["transfer-encoding"]?.lowercased() == "chunked" {
      self.body = try Self.chunks(&stream)
    } else if let text = fields["content-length"] {
      guard let length = Int(text), (0...Self.bodyLimit).contains(length) else {
        throw Failure("a body of \(text) bytes")
      }
      self.body = try stream.read(exactly: length)
    } else {
      self.body = try stream.readToEnd(limit: Self.bodyLimit)
    }
  }

  /// RFC 9112, section 7.1.
  private static func chunks(_ stream: inout SocketStream) throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let text = try line(&stream).prefix { $0 != ";" }
      guard let size = Int(String(text).stripped, radix: 16), (0...bodyLimit - body.count).contains(size) else {
        throw Failure("a chunk of \(text) bytes")
      }
      guard size > 0 else { return body }
      body += try stream.read(exactly: size)
      guard try line(&stream).isEmpty else { throw Failure("a chunk without an end") }
    }
  }

  private static func line(_ stream: inout SocketStream) throws -> String {
    guard let line = try stream.readLine(limit: headLimit) else { throw Failure("the server closed within its answer") }
    return line
  }
}
