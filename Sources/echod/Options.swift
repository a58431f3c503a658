internal import Addresses

/// What the command line asks for.
struct Options {
  enum Engine: String, CaseIterable {
    case sequential, threading, forking, multiplexed, async
  }

  var engine = Engine.sequential
  var isDatagram = false
  var host = "127.0.0.1"
  var loops = 1
  var port: Port

  static let usage = """
    usage: echod [--engine \(Engine.allCases.map(\.rawValue).joined(separator: "|"))] [--loops N] [--udp]
                 [--host HOST] --port PORT

    Sends back what it is sent, over TCP or, with --udp, datagram by datagram. Port 0 takes any free port; the line that
    is printed when it listens says which. --loops: threads of the async engine. SIGTERM or SIGINT ends it.

    """

  struct Failure: Error {
    let message: String
  }

  init(_ arguments: some Collection<String>) throws(Failure) {
    var rest = arguments[...]
    var port: String?
    while let name = rest.popFirst() {
      switch name {
      case "--udp": isDatagram = true
      case "--loops":
        let value = try Self.value(of: name, &rest)
        guard let loops = Int(value), (1...64).contains(loops) else {
          throw Failure(message: "--loops \(value): a number from 1 to 64")
        }
        self.loops = loops
      case "--host": host = try Self.value(of: name, &rest)
      case "--port": port = try Self.value(of: name, &rest)
      case "--engine":
        let value = try Self.value(of: name, &rest)
        guard let engine = Engine(rawValue: value) else { throw Failure(message: "there is no engine \(value)") }
        self.engine = engine
      default: throw Failure(message: "unknown argument \(name)")
      }
    }
    guard let port else { throw Failure(message: "--port is missing") }
    do throws(AddressError) {
      self.port = try Port(parsing: port)
    } catch {
      throw Failure(message: "--port \(port): \(error)")
    }
  }

  private static func value<Rest: Collection<String>>(
    of name: String, _ rest: inout Rest
  ) throws(Failure) -> String where Rest.SubSequence == Rest {
    guard let value = rest.popFirst() else { throw Failure(message: "\(name) needs a value") }
    return value
  }
}
