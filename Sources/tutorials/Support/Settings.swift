import Addresses
import Glibc
import Sockets

/// How a program was asked to run: `--host` and `--port`, else `HOST` and `PORT` of the environment, else the usual place.
struct Settings: Sendable {
  let host: String
  let port: Port

  init(_ about: About, _ arguments: some Collection<String>) throws {
    var host = Settings.environment("HOST") ?? about.host ?? "127.0.0.1"
    var port = try Settings.environment("PORT").map { try Settings.port($0) } ?? about.port ?? 0
    var rest = arguments.makeIterator()
    while let name = rest.next() {
      guard name == "--host" || name == "--port" else {
        throw Failure("unknown argument \(name)\n\n\(Tutorials.usage)")
      }
      guard let value = rest.next() else { throw Failure("\(name) needs a value") }
      if name == "--host" { host = value } else { port = try Settings.port(value) }
    }
    self.host = host
    self.port = port
  }

  /// The host's first address, with the port: where a server listens, or datagrams go.
  var address: SocketAddress {
    get throws {
      guard let first = try Resolver.addresses(of: host, port: port).first else {
        throw Failure("\(host) has no address")
      }
      return first.address
    }
  }

  /// A setting of the program's own, from the environment; nil if it is not set, or empty.
  subscript(name: String) -> String? { Settings.environment(name) }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  private static func port(_ text: String) throws -> Port {
    do {
      return try Port(parsing: text)
    } catch {
      throw Failure("\(text) is no port: \(error)")
    }
  }
}
