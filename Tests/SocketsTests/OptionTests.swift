import Addresses
import CSockets
import Glibc
import Sockets
import SystemPackage
import Testing

@Suite("Options, as Python sees them")
struct OptionTests {
  @Test("what is set here is what Python reads")
  func againstPython() throws {
    let socket = try Socket(.ipv4)
    try socket.setInheritable(true)
    let python = try PythonPeer(
      """
      s = socket.socket(fileno=\(socket.descriptor))
      while name := hear():
        level, option = name.split()
        say(s.getsockopt(getattr(socket, level), getattr(socket, option)))
      """)
    func pythonSays(_ name: String) throws -> Int {
      try python.tell(name)
      return try python.number()
    }
    let switches: [(SocketOption<Bool>, String)] = [
      (.reuseAddress, "SOL_SOCKET SO_REUSEADDR"), (.reusePort, "SOL_SOCKET SO_REUSEPORT"),
      (.keepAlive, "SOL_SOCKET SO_KEEPALIVE"), (.broadcast, "SOL_SOCKET SO_BROADCAST"),
      (.dontRoute, "SOL_SOCKET SO_DONTROUTE"), (.outOfBandInline, "SOL_SOCKET SO_OOBINLINE"),
      (.noDelay, "IPPROTO_TCP TCP_NODELAY"), (.cork, "IPPROTO_TCP TCP_CORK"),
      (.multicastLoop, "IPPROTO_IP IP_MULTICAST_LOOP"),
    ]
    for (option, name) in switches {
      for value in [true, false] {
        try socket.setOption(option, to: value)
        #expect(try (pythonSays(name) != 0) == value, "\(name)")
        #expect(try socket.option(option) == value, "\(name)")
      }
    }
    let numbers: [(SocketOption<Int>, String, Int)] = [
      (.priority, "SOL_SOCKET SO_PRIORITY", 5), (.receiveLowWater, "SOL_SOCKET SO_RCVLOWAT", 100),
      (.keepAliveIdle, "IPPROTO_TCP TCP_KEEPIDLE", 77), (.keepAliveInterval, "IPPROTO_TCP TCP_KEEPINTVL", 11),
      (.keepAliveCount, "IPPROTO_TCP TCP_KEEPCNT", 4), (.userTimeout, "IPPROTO_TCP TCP_USER_TIMEOUT", 12_345),
      (.synCount, "IPPROTO_TCP TCP_SYNCNT", 3), (.linger2, "IPPROTO_TCP TCP_LINGER2", 20),
      (.notSentLowWater, "IPPROTO_TCP TCP_NOTSENT_LOWAT", 65_536), (.timeToLive, "IPPROTO_IP IP_TTL", 17),
      (.typeOfService, "IPPROTO_IP IP_TOS", 0x10),
    ]
    for (option, name, value) in numbers {
      try socket.setOption(option, to: value)
      #expect(try pythonSays(name) == value, "\(name)")
      #expect(try socket.option(option) == value, "\(name)")
    }
    for option in [SocketOption<Int>.sendBufferSize, .receiveBufferSize] {
      try socket.setOption(option, to: 20_000)
      #expect(try socket.option(option) == 40_000, "the kernel doubles it")
    }
    #expect(try pythonSays("SOL_SOCKET SO_SNDBUF") == 40_000)
    try socket.keepAlive(idle: .seconds(30), interval: .milliseconds(4500), count: 6)
    #expect(try pythonSays("IPPROTO_TCP TCP_KEEPIDLE") == 30)
    #expect(try pythonSays("IPPROTO_TCP TCP_KEEPINTVL") == 5)
    #expect(try pythonSays("IPPROTO_TCP TCP_KEEPCNT") == 6)
    #expect(try pythonSays("SOL_SOCKET SO_KEEPALIVE") == 1)
    try python.tell("")
    try python.finish()
  }

  @Test("options that are no numbers")
  func structures() throws {
    let socket = try Socket(.ipv4)
    #expect(try socket.option(.linger) == .inBackground)
    for value in [Linger.upTo(seconds: 7), .upTo(seconds: 0), .inBackground] {
      try socket.setOption(.linger, to: value)
      #expect(try socket.option(.linger) == value)
    }
    let algorithm = try socket.option(.congestionControl)
    #expect(!algorithm.isEmpty)
    try socket.setOption(.congestionControl, to: "reno")
    #expect(try socket.option(.congestionControl) == "reno")
    let error = try failure { try socket.setOption(.congestionControl, to: "no such thing") }
    #expect(error.isNotFound && error.call == "setsockopt")
    #expect(try socket.option(.boundInterface) == "")
    #expect(try socket.option(.isListening) == false)
  }

  @Test("IPv6 and UDP have options of their own")
  func others() throws {
    let socket = try Socket(.ipv6, .datagram)
    for value in [true, false] {
      try socket.setOption(.v6Only, to: value)
      #expect(try socket.option(.v6Only) == value)
    }
    try socket.setOption(.unicastHops, to: 33)
    #expect(try socket.option(.unicastHops) == 33)
    try socket.setOption(.trafficClass, to: 0x20)
    #expect(try socket.option(.trafficClass) == 0x20)
    let udp = try Socket(.ipv4, .datagram)
    #expect(try udp.option(.multicastTimeToLive) == 1)
    try udp.setOption(.multicastTimeToLive, to: 9)
    #expect(try udp.option(.multicastTimeToLive) == 9)
    try udp.setOption(.segmentSize, to: 1000)
    #expect(try udp.option(.segmentSize) == 1000)
    #expect(try failure { try udp.setOption(.noDelay, to: true) }.isNotSupported)
  }

  @Test("any option is to be had by its numbers, as bytes or with a type")
  func raw() throws {
    let socket = try Socket(.ipv4)
    #expect(try socket.option(SocketOption<Int>(level: SOL_SOCKET, name: SO_TYPE)) == 1)
    #expect(try socket.option(level: SOL_SOCKET, name: SO_DOMAIN, maximumSize: 4) == [2, 0, 0, 0])
    try socket.setOption(level: SOL_SOCKET, name: SO_RCVTIMEO, bytes: [UInt8](repeating: 0, count: 16))
    // struct tcp_info is longer in each kernel; what there is room for comes.
    #expect(try socket.option(level: CInt(IPPROTO_TCP), name: TCP_INFO, maximumSize: 104).count == 104)
    #expect(
      try failure { try socket.option(level: SOL_SOCKET, name: 9999, maximumSize: 4) }.errno == .protocolNotAvailable)
    #expect(
      try failure { try socket.option(SocketOption<Linger>(level: SOL_SOCKET, name: SO_TYPE)) }.errno
        == .invalidArgument)
  }

  @Test("the kernel tells the state of a connection, and how many segments it took")
  func tcpInformation() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    #expect(try listener.tcpInformation.state == .listen)
    let client = try Socket(connectingTo: listener.localAddress)
    let server = try listener.accept().socket
    try client.setOption(.noDelay, to: true)
    for _ in 0..<3 { try client.sendAll([1]) }
    _ = try server.receive(upTo: 3, flags: .waitAll)
    let information = try client.tcpInformation
    #expect(information.state == .established && information.dataSegmentsSent == 3)
    #expect(try server.tcpInformation.dataSegmentsReceived == 3)
    #expect(information.maximumSegmentSize > 500 && information.maximumSegmentSize < information.pathMTU)
    #expect(information.congestionWindow > 0 && information.retransmittedSegments == 0)
    #expect(information.roundTripTime > .zero && information.roundTripTime < .seconds(10))
    try client.shutdown(.sending)
    #expect(try server.receive(upTo: 1) == [])
    #expect(try server.tcpInformation.state == .closeWait)
    #expect(TCPState.allCases.map(\.description).contains("FIN-WAIT-2"))
    #expect(try failure { try Socket(.ipv4, .datagram).tcpInformation }.isNotSupported)
  }

  @Test("the failure that waits on a socket is taken once")
  func takeError() throws {
    let reserved = try Socket(.ipv4, .datagram)
    try reserved.bind(to: .ipv4(.loopback, port: 0))
    let socket = try Socket(.ipv4, .datagram)
    try socket.connect(to: try reserved.localAddress)
    #expect(try socket.takeError() == nil)
    reserved.close()
    _ = try socket.send("x".utf8)
    #expect(try socket.takeError() == .connectionRefused)
    #expect(try socket.takeError() == nil)
  }
}
