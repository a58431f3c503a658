import Addresses
import Glibc
import SocketServer
import Sockets
import Testing

/// Does what the test wants.
private struct Worker: DatagramRequestHandler {
  let work: @Sendable (inout DatagramRequest) throws -> Void

  func handle(_ request: inout DatagramRequest) throws { try work(&request) }
}

@Suite("Requests of datagrams")
struct DatagramTests {
  enum Running: CaseIterable {
    case sequential, threading
  }

  private static let here = SocketAddress.ipv4(.loopback, port: 0)

  private func server(
    _ running: Running = .sequential, _ settings: ServerSettings = ServerSettings(),
    at address: SocketAddress = DatagramTests.here, work: @escaping @Sendable (inout DatagramRequest) throws -> Void
  ) throws -> DatagramServer {
    switch running {
    case .sequential: try DatagramServer(address, settings: settings) { Worker(work: work) }
    case .threading: try DatagramServer(address, settings: settings, running: .threading()) { Worker(work: work) }
    }
  }

  private func client(of server: DatagramServer) throws -> Socket {
    let client = try Socket(server.address.family, .datagram)
    try client.setTimeout(.seconds(30))
    try client.connect(to: server.address)
    return client
  }

  private func errors(_ log: Log) -> ServerSettings {
    var settings = ServerSettings()
    settings.handleError = { error, client in log.append("\(error)") }
    return settings
  }

  /// More of them than one batch takes, each answered, in their order.
  @Test(arguments: Running.allCases)
  func manyDatagrams(_ running: Running) throws {
    try serving(server(running) { request in request.write(request.text.uppercased()) }) { (server) throws in
      let client = try client(of: server)
      var answers: [String] = []
      for round in 0..<10 {
        for number in 0..<20 { _ = try client.send("number \(round).\(number)".utf8) }
        for _ in 0..<20 { answers.append(String(decoding: try client.receive(upTo: 100), as: UTF8.self)) }
      }
      let expected = (0..<10).flatMap { round in (0..<20).map { "NUMBER \(round).\($0)" } }
      // Threads may overtake each other.
      #expect(running == .sequential ? answers == expected : Set(answers) == Set(expected))
    }
  }

  /// What has gathered while nobody served is a batch or two.
  @Test func aBacklogOfDatagrams() throws {
    let server = try server { request in request.write(request.packet) }
    let client = try client(of: server)
    for number in 0..<150 { _ = try client.send("\(number)".utf8) }
    try serving(server) { (_) throws in
      for number in 0..<150 { #expect(try client.receive(upTo: 100) == Array("\(number)".utf8)) }
    }
  }

  @Test(arguments: Running.allCases)
  func emptyDatagrams(_ running: Running) throws {
    try serving(
      server(running) { request in
        #expect(request.packet == [])
        #expect(request.readLine() == nil)
        request.write("")
      }
    ) { (server) throws in
      let client = try client(of: server)
      for _ in 0..<3 {
        _ = try client.send([])
        #expect(try client.receive(upTo: 10) == [])
      }
    }
  }

  /// Who writes nothing sends nothing.
  @Test(arguments: Running.allCases)
  func noAnswer(_ running: Running) throws {
    try serving(server(running) { request in if request.text == "answer" { request.write("here") } }) {
      (server) throws in
      let client = try client(of: server)
      _ = try client.send("quiet".utf8)
      _ = try client.send("answer".utf8)
      #expect(try client.receive(upTo: 10) == Array("here".utf8))
      let error = try #require(throws: SocketError.self) {
        try client.setTimeout(.milliseconds(20))
        _ = try client.receive(upTo: 10)
      }
      #expect(error.isTimedOut)
    }
  }

  @Test func severalWrites() throws {
    try serving(
      server { request in
        request.write("one ")
        request.write("two ".utf8)
        request.write([0x33] as [UInt8])
        request.write("!".utf8.span.bytes)
      }
    ) { (server) throws in
      let client = try client(of: server)
      _ = try client.send("x".utf8)
      #expect(try client.receive(upTo: 100) == Array("one two 3!".utf8))
    }
  }

  @Test func lines() throws {
    let log = Log()
    try serving(
      server { request in
        while let line = request.readLine() { log.append(line) }
        request.write("read")
      }
    ) { (server) throws in
      let client = try client(of: server)
      _ = try client.send("one\r\ntwo\n\nfour".utf8)
      #expect(try client.receive(upTo: 100) == Array("read".utf8))
      #expect(log.all == ["one", "two", "", "four"])
    }
  }

  /// The rest of a datagram that is too long is lost, as in Python.
  @Test(arguments: Running.allCases)
  func datagramsThatAreTooLong(_ running: Running) throws {
    var settings = ServerSettings()
    settings.maximumPacketSize = 10
    try serving(server(running, settings) { request in request.write(request.packet) }) { (server) throws in
      let client = try client(of: server)
      _ = try client.send("0123456789abcdef".utf8)
      #expect(try client.receive(upTo: 100) == Array("0123456789".utf8))
    }
  }

  /// A long answer keeps its place among short ones.
  @Test func longAnswers() throws {
    let server = try server { request in
      request.write([UInt8](repeating: request.packet[0], count: request.packet[0] == 2 ? 30_000 : 1))
    }
    let client = try client(of: server)
    for number in UInt8(1)...3 { _ = try client.send([number]) }
    try serving(server) { (_) throws in
      #expect(try client.receive(upTo: 40_000) == [1])
      #expect(try client.receive(upTo: 40_000) == [UInt8](repeating: 2, count: 30_000))
      #expect(try client.receive(upTo: 40_000) == [3])
    }
  }

  /// An answer that cannot be sent is an error that is told, and holds up no other.
  @Test(arguments: Running.allCases)
  func answersThatCannotBeSent(_ running: Running) throws {
    let log = Log()
    let server = try server(running, errors(log)) { request in
      request.write([UInt8](repeating: 1, count: request.packet[0] == 2 ? 70_000 : 1))
    }
    let client = try client(of: server)
    for number in UInt8(1)...3 { _ = try client.send([number]) }
    try serving(server) { (_) throws in
      for _ in 0..<2 { #expect(try client.receive(upTo: 10) == [1]) }
      log.wait(for: 1)
    }
    #expect(log.all.count == 1)
    #expect(log.all.first?.contains("Message too long") == true)
  }

  /// A Unix socket without a name cannot be answered.
  @Test(arguments: Running.allCases)
  func clientsWithoutAnAddress(_ running: Running) throws {
    let log = Log()
    let server = try server(running, errors(log), at: .unix(path: temporaryPath())) { request in
      #expect(request.clientAddress == .unnamed)
      request.write("answer")
    }
    try serving(server) { (server) throws in
      _ = try client(of: server).send("x".utf8)
      log.wait(for: 1)
    }
    #expect(log.all.count == 1)
  }

  /// A client that reads none of its answers loses them; the server does not wait for it, and goes on.
  @Test(arguments: Running.allCases)
  func clientsThatDoNotRead(_ running: Running) throws {
    let log = Log()
    var settings = ServerSettings()
    settings.handleError = { error, _ in log.append("\((error as? SocketError)?.isWouldBlock == true)") }
    let server = try server(running, settings, at: .unix(path: temporaryPath())) { request in
      request.write(request.packet)
    }
    try serving(server) { (server) throws in
      let silent = try Socket(.unix, .datagram)
      try silent.bind(to: .unix(path: temporaryPath()))
      try silent.setTimeout(.seconds(30))
      try silent.connect(to: server.address)
      let client = try Socket(.unix, .datagram)
      try client.bind(to: .unix(path: temporaryPath()))
      try client.setTimeout(.seconds(30))
      try client.connect(to: server.address)
      // More than its queue takes (net.unix.max_dgram_qlen), or the server's send buffer, in which they lie meanwhile.
      for number in 0..<2_000 { _ = try silent.send("\(number)".utf8) }
      log.wait(for: 1)
      #expect(Set(log.all) == ["true"])
      silent.close()
      _ = try client.send("still there".utf8)
      #expect(try client.receive(upTo: 100) == Array("still there".utf8))
    }
  }

  @Test(arguments: Running.allCases)
  func errorsInHandlers(_ running: Running) throws {
    struct Failure: Error {}
    let log = Log()
    let server = try server(running, errors(log)) { request in
      request.write("answer")
      if request.text == "fail" { throw Failure() }
    }
    try serving(server) { (server) throws in
      let client = try client(of: server)
      _ = try client.send("fail".utf8)
      log.wait(for: 1)
      _ = try client.send("work".utf8)
      // Only the second was answered.
      #expect(try client.receive(upTo: 10) == Array("answer".utf8))
    }
    #expect(log.all == ["Failure()"])
  }

  @Test(arguments: Running.allCases)
  func clientsThatAreRefused(_ running: Running) throws {
    let verified = Log()
    var settings = ServerSettings()
    settings.verifyRequest = { client in
      verified.append("\(client)")
      return verified.all.count > 1
    }
    try serving(server(running, settings) { request in request.write(request.packet) }) { (server) throws in
      let client = try client(of: server)
      _ = try client.send("first".utf8)
      _ = try client.send("second".utf8)
      #expect(try client.receive(upTo: 10) == Array("second".utf8))
    }
    #expect(verified.all.count == 2)
  }

  /// A client that is gone before its answer comes (man 7 ip, ECONNREFUSED) stops nothing.
  @Test func clientsThatAreGone() throws {
    let server = try server { request in request.write(request.packet) }
    for _ in 0..<3 { _ = try client(of: server).send("gone".utf8) }
    let client = try client(of: server)
    _ = try client.send("here".utf8)
    try serving(server) { (_) throws in
      #expect(try client.receive(upTo: 10) == Array("here".utf8))
      _ = try client.send("still".utf8)
      #expect(try client.receive(upTo: 10) == Array("still".utf8))
    }
  }

  @Test func sendingToSomebodyElse() throws {
    let other = try Socket(.ipv4, .datagram)
    try other.setTimeout(.seconds(30))
    try other.bind(to: Self.here)
    let address = try other.localAddress
    try serving(server { request in try request.send("news".utf8.span.bytes, to: address) }) { (server) throws in
      _ = try client(of: server).send("x".utf8)
      let (bytes, sender) = try other.receiveFrom(upTo: 10)
      #expect(bytes == Array("news".utf8))
      #expect(sender == server.address)
    }
  }

  @Test(arguments: Running.allCases)
  func handleRequest(_ running: Running) throws {
    let server = try server(running) { request in request.write(request.packet) }
    defer { server.serverClose() }
    let client = try client(of: server)
    for number in UInt8(1)...3 { _ = try client.send([number]) }
    for number in UInt8(1)...3 {
      try server.handleRequest()
      #expect(try client.receive(upTo: 10) == [number])
    }
  }

  @Test func shutdownFromARequest() throws {
    let server = try server { request in
      request.server.shutdown()
      request.write("stopping")
    }
    let thread = startThread {
      do { try server.serveForever() } catch { Issue.record(error) }
    }
    let client = try client(of: server)
    _ = try client.send("x".utf8)
    #expect(try client.receive(upTo: 10) == Array("stopping".utf8))
    pthread_join(thread, nil)
    server.serverClose()
  }
}
