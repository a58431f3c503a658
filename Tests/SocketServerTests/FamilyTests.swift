import Linearization
import Testing

/// The order in which Python asks a server's classes, from the picture of the family.
@Suite("The family")
struct FamilyTests {
  private static let parents = [
    "BaseServer": [], "TCPServer": ["BaseServer"], "UDPServer": ["TCPServer"],
    "UnixStreamServer": ["TCPServer"], "UnixDatagramServer": ["UDPServer"],
    "ThreadingMixIn": [], "ForkingMixIn": [],
    "ThreadingTCPServer": ["ThreadingMixIn", "TCPServer"], "ThreadingUDPServer": ["ThreadingMixIn", "UDPServer"],
    "ForkingTCPServer": ["ForkingMixIn", "TCPServer"], "ForkingUDPServer": ["ForkingMixIn", "UDPServer"],
    "ThreadingUnixStreamServer": ["ThreadingMixIn", "UnixStreamServer"],
    "ThreadingUnixDatagramServer": ["ThreadingMixIn", "UnixDatagramServer"],
  ]

  @Test func theOrderThatPythonDocuments() throws {
    #expect(
      try linearize("ThreadingUDPServer") { Self.parents[$0] }
        == ["ThreadingUDPServer", "ThreadingMixIn", "UDPServer", "TCPServer", "BaseServer"])
  }

  @Test func theOrdersThatPythonUses() throws {
    let script = """
      import socketserver
      for name in sys.argv[1].split():
          print(*(c.__name__ for c in getattr(socketserver, name).__mro__ if c is not object))
      """
    let names = Self.parents.keys.sorted()
    let orders = try Program.python(script, names.joined(separator: " ")).finish()
    #expect(try orders == names.map { try linearize($0) { Self.parents[$0] }.joined(separator: " ") })
  }
}
