import Addresses
import CSockets
import Glibc
import Sockets
import SystemPackage
import Testing

@Suite("Names, as Python's resolver has them")
struct NameTests {
  @Test("the addresses of names are those of Python's getaddrinfo, in its order")
  func addresses() throws {
    let python = try PythonPeer(
      """
      def tell(*question, **options):
        try: found = socket.getaddrinfo(*question, **options)
        except socket.gaierror as error: return say("error", error.errno)
        say(*[f"{family.value}/{kind.value}/{number}/{name}/{address[0]}/{address[1]}"
          for family, kind, number, name, address in found])
      tell("localhost", 80, type=socket.SOCK_STREAM)
      tell("localhost", None)
      tell("127.0.0.1", "http", type=socket.SOCK_STREAM)
      tell("::1", 0, flags=socket.AI_NUMERICHOST)
      tell(None, 7, flags=socket.AI_PASSIVE, type=socket.SOCK_STREAM)
      tell(None, 7, type=socket.SOCK_DGRAM)
      tell("127.0.0.1", 5, family=socket.AF_INET6, flags=socket.AI_V4MAPPED, type=socket.SOCK_STREAM)
      tell("localhost", 1, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
      tell("not numeric", 1, flags=socket.AI_NUMERICHOST)
      tell("127.0.0.1", "no-such-service")
      tell("127.0.0.1", 1, family=socket.AF_UNIX)
      """)
    let questions: [() throws -> [ResolvedAddress]] = [
      { try Resolver.addresses(of: "localhost", port: 80) },
      { try Resolver.addresses(of: "localhost") },
      { try Resolver.addresses(of: "127.0.0.1", service: "http", type: .stream) },
      { try Resolver.addresses(of: "::1", service: "0", flags: .numericHost) },
      { try Resolver.addresses(of: nil, port: 7, flags: .passive) },
      { try Resolver.addresses(of: nil, port: 7, type: .datagram) },
      { try Resolver.addresses(of: "127.0.0.1", port: 5, family: .ipv6, flags: .mapped) },
      { try Resolver.addresses(of: "localhost", port: 1, flags: .canonicalName) },
      { try Resolver.addresses(of: "not numeric", service: "1", flags: .numericHost) },
      { try Resolver.addresses(of: "127.0.0.1", service: "no-such-service") },
      { try Resolver.addresses(of: "127.0.0.1", service: "1", family: .unix) },
    ]
    for question in questions {
      let expected = try python.line()
      do {
        let answer = try question().map {
          let numbers = "\($0.family.rawValue)/\($0.type.rawValue)/\($0.transportProtocol.rawValue)"
          return
            "\(numbers)/\($0.canonicalName ?? "")/\($0.address.ipAddress.map { "\($0)" } ?? "")/\($0.address.port ?? 0)"
        }
        #expect(answer.joined(separator: " ") == expected)
      } catch let error as SocketError {
        #expect("error \(try #require(error.resolution).rawValue)" == expected)
        #expect(error.code == .resolution)
      }
    }
    try python.finish()
  }

  @Test("a name that is not to be found says so")
  func unknown() throws {
    let error = try failure { try Resolver.addresses(of: "no-such-host.invalid", flags: .numericHost) }
    #expect(error.resolution == .unknownName && error.call == "getaddrinfo")
    #expect("\(error)" == "getaddrinfo: no-such-host.invalid: Name or service not known")
    #expect(try failure { try Resolver.addresses(of: "localhost\0.example.org") }.resolution == .unknownName)
    #expect(try failure { try Socket(connectingTo: "no such host", port: 1) }.code == .resolution)
  }

  @Test("the names of addresses are those of Python's getnameinfo")
  func names() throws {
    let python = try PythonPeer(
      """
      say(*socket.getnameinfo(("127.0.0.1", 80), 0))
      say(*socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV))
      say(*socket.getnameinfo(("::1", 80), socket.NI_NUMERICHOST))
      say(socket.gethostname(), socket.getfqdn())
      """)
    let web = SocketAddress.ipv4(.loopback, port: 80)
    let known = try Resolver.names(of: web)
    #expect(try "\(known.host) \(known.service)" == python.line())
    let numbers = try Resolver.names(of: web, flags: [.numericHost, .numericService])
    #expect(try "\(numbers.host) \(numbers.service)" == python.line())
    let six = try Resolver.names(of: .ipv6(.loopback, port: 80), flags: .numericHost)
    #expect(try "\(six.host) \(six.service)" == python.line())
    let expected = try python.line().split(separator: " ")
    #expect(Resolver.hostName == expected[0])
    if expected[1].contains(".") { #expect(Resolver.fullyQualifiedName().contains(".")) }
    try python.finish()
    let nobody = SocketAddress.ipv4(IPv4Address(192, 0, 2, 200), port: 0)
    #expect(try Resolver.names(of: nobody, flags: [.numericHost]).host == "192.0.2.200")
    #expect(try failure { try Resolver.names(of: .unix(path: "")) }.code == .invalidAddress)
    #expect(try failure { try Resolver.names(of: .other(AddressFamily(rawValue: 16), [1])) }.code == .resolution)
  }

  @Test("services and protocols are those of Python")
  func services() throws {
    let python = try PythonPeer(
      """
      def number(function, *question):
        try: return function(*question)
        except OSError: return "none"
      for name in ("http", "domain", "ssh", "tftp", "nothing"):
        for protocol in ("tcp", "udp", None):
          say(number(socket.getservbyname, *[word for word in (name, protocol) if word]))
      for port in (80, 53, 22, 69, 47123):
        for protocol in ("tcp", "udp", None):
          say(number(socket.getservbyport, *[word for word in (port, protocol) if word]))
      for name in ("tcp", "udp", "icmp", "ipv6-icmp", "nothing"):
        say(number(socket.getprotobyname, name))
      """)
    let protocols: [TransportProtocol?] = [.tcp, .udp, nil]
    for name in ["http", "domain", "ssh", "tftp", "nothing"] {
      for number in protocols {
        #expect(try Services.port(of: name, protocol: number).map { "\($0)" } ?? "none" == python.line())
      }
    }
    for port in [80, 53, 22, 69, 47123] as [Port] {
      for number in protocols {
        #expect(try Services.name(of: port, protocol: number) ?? "none" == python.line())
      }
    }
    for name in ["tcp", "udp", "icmp", "ipv6-icmp", "nothing"] {
      #expect(try TransportProtocol(named: name).map { "\($0.rawValue)" } ?? "none" == python.line())
    }
    #expect(TransportProtocol.tcp.name == "tcp" && TransportProtocol(rawValue: 9999).name == nil)
    try python.finish()
  }

  @Test("interfaces are those of Python")
  func interfaces() throws {
    let python = try PythonPeer("say(*[f'{index}/{name}' for index, name in socket.if_nameindex()])")
    let all = try NetworkInterface.all
    #expect(try all.map { "\($0.index)/\($0.name)" }.joined(separator: " ") == python.line())
    for interface in all {
      #expect(NetworkInterface(named: interface.name) == interface)
      #expect(NetworkInterface(index: interface.index) == interface)
    }
    #expect(NetworkInterface(named: "nothere0") == nil && NetworkInterface(index: 0) == nil)
    #expect(NetworkInterface(index: 0xFFFF) == nil)
    try python.finish()
  }
}

@Suite("The machine's name")
struct HostNameTests {
  @Test("it is set where that is allowed, and an error where it is not")
  func setting() throws {
    // On a thread that has a name of the machine of its own (man 2 unshare, CLONE_NEWUTS), where the user may have one.
    try Background {
      let symbol = try #require(dlsym(nil, "unshare"))
      let unshare = unsafeBitCast(symbol, to: (@convention(c) (CInt) -> CInt).self)
      guard unshare(0x0400_0000) == 0 else {
        #expect(try failure { try Resolver.setHostName("landline-test") }.isPermissionDenied)
        return
      }
      try Resolver.setHostName("landline-test")
      #expect(Resolver.hostName == "landline-test")
      #expect(Resolver.fullyQualifiedName(of: "landline-test.invalid") == "landline-test.invalid")
      #expect(try failure { try Resolver.setHostName(String(repeating: "x", count: 65)) }.errno == .invalidArgument)
    }.wait()
  }
}

@Suite("Clients and servers in one call")
struct ConvenienceTests {
  @Test("a client tries every address of a name")
  func everyAddress() throws {
    // Only one family listens, whatever localhost resolves to first.
    for place in [Place.ipv4, .ipv6] {
      let listener = try Socket(listeningOn: place.address())
      let port = try #require(listener.localAddress.port)
      let known = try Resolver.addresses(of: "localhost", port: port)
      guard known.contains(where: { $0.family == listener.family }) else { continue }
      let client = try Socket(connectingTo: "localhost", port: port, timeout: .seconds(20))
      #expect(client.timeout == .seconds(20))
      #expect(try client.peerAddress == listener.localAddress)
    }
  }

  @Test("when none answers, the error has all of them")
  func noneAnswers() throws {
    let reserved = try Socket(.ipv6)
    try reserved.setOption(.v6Only, to: false)
    try reserved.bind(to: .ipv6(.any, port: 0))
    let port = try #require(reserved.localAddress.port)
    let known = try Resolver.addresses(of: "localhost", port: port)
    let error = try failure { try Socket(connectingTo: "localhost", port: port) }
    #expect(error.isConnectionRefused && error.attempts.count == known.count)
    #expect(error.attempts.map(\.address) == known.map(\.address))
    #expect(error.attempts.allSatisfy { $0.isConnectionRefused })
    #expect("\(error)".contains("none of the addresses of localhost, port \(port) answered"))
  }

  @Test("a client takes host and port, and an address in brackets")
  func hostPort() throws {
    let listener = try Socket(listeningOn: .ipv6(.loopback, port: 0))
    let port = try #require(listener.localAddress.port)
    let client = try Socket(connectingTo: HostPort(parsing: "[::1]:\(port)"))
    #expect(try client.peerAddress == listener.localAddress)
  }

  @Test("a server for both families takes Python's clients of both")
  func dualStack() throws {
    #expect(Socket.isDualStackAvailable)
    let listener = try Socket(listeningOn: .ipv6(.any, port: 0), dualStack: true)
    let port = try #require(listener.localAddress.port)
    let python = try PythonPeer(
      """
      for host in ("127.0.0.1", "::1"):
        peer = socket.create_connection((host, \(port)))
        say(peer.recv(10))
      """)
    for expected in ["::ffff:127.0.0.1", "::1"] {
      let accepted = try listener.accept()
      #expect(accepted.peerAddress.ipAddress.map { "\($0)" } == expected)
      try accepted.socket.sendAll(expected.utf8.prefix(3))
      #expect(try python.line() == "b'\(expected.prefix(3))'")
    }
    try python.finish()
  }

  @Test("a server of IPv6 alone leaves the port to IPv4")
  func singleStack() throws {
    let six = try Socket(listeningOn: .ipv6(.any, port: 0))
    let port = try #require(six.localAddress.port)
    let four = try Socket(listeningOn: .ipv4(.any, port: port))
    #expect(try four.localAddress.port == port)
    #expect(try failure { try Socket(listeningOn: .ipv4(.any, port: 0), dualStack: true) }.isNotSupported)
  }

  @Test("servers share a port when all of them want to")
  func reusePort() throws {
    let first = try Socket(listeningOn: .ipv4(.loopback, port: 0), reusePort: true)
    let second = try Socket(listeningOn: try first.localAddress, reusePort: true)
    #expect(try second.localAddress == first.localAddress)
    #expect(try failure { try Socket(listeningOn: try first.localAddress) }.isAddressInUse)
  }

  @Test("a server takes the port of one that has just ended")
  func restart() throws {
    let first = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let address = try first.localAddress
    let client = try Socket(connectingTo: address)
    let accepted = try first.accept()
    // This end closes first, so that its port stays in TIME_WAIT.
    let server = accepted.socket
    server.close()
    #expect(try client.receive(upTo: 1) == [])
    client.close()
    first.close()
    let second = try Socket(listeningOn: address)
    #expect(try second.localAddress == address)
  }

  @Test("shutting a listener down wakes the thread that waits in accept")
  func wakeAccept() throws {
    let listener = Shared(try Socket(listeningOn: .ipv4(.loopback, port: 0)))
    let accepting = try Background { try failure { try listener.socket.accept() } }
    // Whether the thread waits already or comes later: the answer is the same.
    try listener.socket.shutdown(.both)
    #expect(try accepting.wait().errno == .invalidArgument)
  }
}
