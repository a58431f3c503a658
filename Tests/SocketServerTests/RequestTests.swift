import Addresses
import Glibc
import SocketServer
import Sockets
import Testing

private struct Failure: Error {}

/// Writes down what is called, and does in `handle` what the test wants.
private struct Recorder: StreamRequestHandler {
  let log: Log
  var setUp: @Sendable (inout StreamRequest) throws -> Void = { _ in }
  let work: @Sendable (inout StreamRequest) throws -> Void

  func setup(_ request: inout StreamRequest) throws {
    log.append("setup")
    try setUp(&request)
  }

  func handle(_ request: inout StreamRequest) throws {
    log.append("handle")
    try work(&request)
  }

  func finish(_ request: inout StreamRequest) throws { log.append("finish") }
}

@Suite("Requests of streams")
struct RequestTests {
  enum Running: CaseIterable {
    case sequential, threading

    var runner: any RequestRunner {
      switch self {
      case .sequential: .sequential
      case .threading: .threading()
      }
    }
  }

  private static let here = SocketAddress.ipv4(.loopback, port: 0)

  private func server(
    _ running: Running = .sequential, _ settings: ServerSettings = ServerSettings(), _ log: Log = Log(),
    setUp: @escaping @Sendable (inout StreamRequest) throws -> Void = { _ in },
    work: @escaping @Sendable (inout StreamRequest) throws -> Void
  ) throws -> TCPServer {
    switch running {
    case .sequential:
      try TCPServer(Self.here, settings: settings) { Recorder(log: log, setUp: setUp, work: work) }
    case .threading:
      try TCPServer(Self.here, settings: settings, running: .threading()) {
        Recorder(log: log, setUp: setUp, work: work)
      }
    }
  }

  private func settings(_ log: Log) -> ServerSettings {
    var settings = ServerSettings()
    settings.handleError = { error, client in log.append("error \(type(of: error)) of \(client)") }
    return settings
  }

  @Test(arguments: Running.allCases)
  func theOrderOfTheCalls(_ running: Running) throws {
    let log = Log()
    try serving(server(running, settings(log), log) { request in try request.write("done") }) { (server) throws in
      #expect(try connect(server).receiveAll(100) == "done")
      log.wait(for: 3)
    }
    #expect(log.all == ["setup", "handle", "finish"])
  }

  /// An error is told, `finish` is called, the connection closes, and the server goes on.
  @Test(arguments: Running.allCases)
  func anErrorInHandle(_ running: Running) throws {
    let log = Log()
    try serving(server(running, settings(log), log) { _ in throw Failure() }) { (server) throws in
      for round in 1...2 {
        let client = try connect(server)
        #expect(try client.receiveAll(100) == "")
        log.wait(for: 4 * round)
        #expect(try log.all.suffix(4) == ["setup", "handle", "finish", "error Failure of \(client.localAddress)"])
      }
    }
  }

  @Test(arguments: Running.allCases)
  func anErrorInSetup(_ running: Running) throws {
    let log = Log()
    let refusing = try server(running, settings(log), log, setUp: { _ in throw Failure() }, work: { _ in })
    try serving(refusing) { (server) throws in
      let client = try connect(server)
      #expect(try client.receiveAll(100) == "")
      log.wait(for: 2)
      #expect(try log.all == ["setup", "error Failure of \(client.localAddress)"])
    }
  }

  /// Whoever is not to be served is cut off all the same, and not left waiting (CPython's issue 26309).
  @Test func clientsThatAreRefused() throws {
    let log = Log()
    var settings = settings(log)
    settings.verifyRequest = { client in
      log.append("verify \(client)")
      return false
    }
    try serving(server(.sequential, settings, log) { _ in }) { (server) throws in
      let client = try connect(server)
      #expect(try client.receiveAll(100) == "")
      #expect(try log.all == ["verify \(client.localAddress)"])
    }
  }

  @Test func whatIsWrittenGoesOutAtOnce() throws {
    let server = try server { request in
      try request.write("write data\n")
      // Without a flush the client could not answer.
      #expect(try request.readLine() == "client response")
      try request.write([UInt8](repeating: 0, count: 4 << 20))
    }
    try serving(server) { (server) throws in
      let client = try connect(server)
      #expect(try client.receiveAll(11) == "write data\n")
      try client.sendAll("client response\n".utf8)
      #expect(try client.receiveAll(5 << 20).utf8.count == 4 << 20)
    }
  }

  /// Signals that come while the handler waits for room to write lose no byte.
  @Test func writingIsNotCutShortBySignals() throws {
    let thread = Locked<pthread_t?>(nil)
    let server = try server { request in
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in }
      sigaction(SIGUSR1, &action, nil)
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGUSR1)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      thread.update { $0 = pthread_self() }
      try request.write([UInt8](repeating: 7, count: 16 << 20))
      thread.update { $0 = nil }
    }
    try serving(server) { (server) throws in
      let client = try connect(server)
      #expect(thread.wait { $0 != nil })
      var count = 0
      while true {
        thread.update { if let thread = $0 { pthread_kill(thread, SIGUSR1) } }
        let more = try client.receive(upTo: 65_536).count
        if more == 0 { break }
        count += more
      }
      #expect(count == 16 << 20)
    }
  }

  @Test func bufferedWritesGoOutAtTheEnd() throws {
    struct Buffering: StreamRequestHandler {
      static var buffersWrites: Bool { true }

      func handle(_ request: inout StreamRequest) throws {
        try request.write("one ")
        try request.write("two ".utf8)
        #expect(try request.read(upTo: 100) == Array("go".utf8))
        try request.flush()
        #expect(try request.read(exactly: 2) == Array("on".utf8))
        try request.write("three".utf8.span.bytes)
      }
    }
    try serving(TCPServer(Self.here) { Buffering() }) { (server) throws in
      let client = try connect(server)
      try client.sendAll("go".utf8)
      #expect(try client.receiveAll(8) == "one two ")
      try client.sendAll("on".utf8)
      #expect(try client.receiveAll(100) == "three")
    }
  }

  @Test func aClientThatIsSilentForTooLong() throws {
    struct Impatient: StreamRequestHandler {
      static var timeout: Duration? { .milliseconds(20) }

      func handle(_ request: inout StreamRequest) throws { _ = try request.readLine() }
    }
    let errors = Log()
    var settings = ServerSettings()
    settings.handleError = { error, _ in errors.append((error as? SocketError)?.isTimedOut == true ? "timeout" : "?") }
    try serving(TCPServer(Self.here, settings: settings) { Impatient() }) { (server) throws in
      let client = try connect(server)
      #expect(try client.receiveAll(100) == "")
    }
    #expect(errors.all == ["timeout"])
  }

  @Test func whoAsksAndWhom() throws {
    let log = Log()
    let server = try server { request in log.append("\(request.clientAddress) asks \(request.server.address)") }
    try serving(server) { (server) throws in
      let client = try connect(server)
      #expect(try client.receiveAll(1) == "")
      #expect(try log.all == ["\(client.localAddress) asks \(server.address)"])
    }
  }

  @Test func optionsOfTheConnection() throws {
    let log = Log()
    try serving(
      server { request in
        log.append("\(try request.stream.socket.option(.noDelay)) \(request.stream.socket.isBlocking)")
      }
    ) { (server) throws in
      #expect(try connect(server).receiveAll(1) == "")
      #expect(log.all == ["true true"])
    }
  }

  @Test func textInAnotherEncoding() throws {
    struct Chinese: StreamRequestHandler {
      static var encoding: TextEncoding { .gbk }

      func handle(_ request: inout StreamRequest) throws {
        #expect(try request.readLine() == "中文")
        try request.write("好")
      }
    }
    try serving(TCPServer(Self.here) { Chinese() }) { (server) throws in
      let script = """
        s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
        s.sendall("中文\\n".encode("gbk"))
        say(s.recv(100) == "好".encode("gbk"))
        """
      let port = try #require(server.address.port)
      #expect(try Program.python(script, "\(port)").finish() == ["True"])
    }
  }

  // MARK: - In a request

  /// In the serving thread it asks for the end and does not wait for it, or it would for ever.
  @Test(arguments: Running.allCases)
  func shutdownFromARequest(_ running: Running) throws {
    let server = try server(running) { request in
      request.server.shutdown()
      try request.write("stopping")
    }
    let thread = startThread {
      do { try server.serveForever() } catch { Issue.record(error) }
    }
    #expect(try connect(server).receiveAll(100) == "stopping")
    pthread_join(thread, nil)
    server.serverClose()
  }

  @Test(arguments: Running.allCases)
  func closeFromARequest(_ running: Running) throws {
    let server = try server(running) { request in
      request.server.serverClose()
      try request.write("closing")
    }
    let thread = startThread {
      do { try server.serveForever() } catch { Issue.record(error) }
    }
    #expect(try connect(server).receiveAll(100) == "closing")
    pthread_join(thread, nil)
    // Closed: the address is free.
    try TCPServer(server.address) { Recorder(log: Log(), work: { _ in }) }.serverClose()
  }

  @Test func servingWithinARequest() throws {
    let log = Log()
    let server = try server { request in
      do throws(ServerError) { try request.server.serveForever() } catch { log.append("\(error.code)") }
    }
    try serving(server) { (server) throws in #expect(try connect(server).receiveAll(1) == "") }
    #expect(log.all == ["already serving"])
  }

  // MARK: - One at a time

  @Test(arguments: Running.allCases)
  func handleRequest(_ running: Running) throws {
    let server = try server(running) { request in try request.write("one") }
    defer { server.serverClose() }
    for _ in 0..<2 {
      let client = try connect(server)
      try server.handleRequest()
      #expect(try client.receiveAll(100) == "one")
    }
  }

  @Test func handleRequestWaitsAsLongAsItMay() throws {
    let log = Log()
    var settings = settings(log)
    settings.timeout = .milliseconds(30)
    settings.handleTimeout = { log.append("timeout") }
    let server = try server(.sequential, settings, log) { _ in }
    defer { server.serverClose() }
    let start = ContinuousClock.now
    try server.handleRequest()
    #expect(start.duration(to: .now) >= .milliseconds(30))
    #expect(log.all == ["timeout"])
    let client = try connect(server)
    try server.handleRequest()
    #expect(try client.receiveAll(1) == "")
    #expect(log.all == ["timeout", "setup", "handle", "finish"])
  }

  // MARK: - Addresses

  @Test func byHostAndPort() throws {
    let everywhere = try TCPServer(port: 0) { Recorder(log: Log(), work: { _ in }) }
    #expect(everywhere.address.ipAddress?.isUnspecified == true)
    let local = try TCPServer(host: "localhost", port: 0) { Recorder(log: Log(), work: { _ in }) }
    #expect(local.address.ipAddress?.isLoopback == true)
    #expect(local.address.port != 0)
    let error = try #require(throws: SocketError.self) {
      try TCPServer(host: "name.invalid", port: 0) { Recorder(log: Log(), work: { _ in }) }
    }
    #expect(error.code == .resolution)
  }

  @Test func anAddressThatIsNotOurs() throws {
    let elsewhere = SocketAddress.ipv4(try IPv4Address(parsing: "192.0.2.1"), port: 0)
    let error = try #require(throws: SocketError.self) {
      try TCPServer(elsewhere) { Recorder(log: Log(), work: { _ in }) }
    }
    #expect(error.isAddressNotAvailable)
  }

  @Test func dualStack() throws {
    var settings = ServerSettings()
    settings.dualStack = true
    let server = try TCPServer(.ipv6(.any, port: 0), settings: settings) {
      Recorder(log: Log(), work: { request in try request.write("\(request.clientAddress.family)") })
    }
    try serving(server) { (server) throws in
      let port = try #require(server.address.port)
      let client = try Socket(.ipv4)
      try client.setTimeout(.seconds(30))
      try client.connect(to: .ipv4(.loopback, port: port))
      #expect(try client.receiveAll(100) == "IPv6")
    }
  }
}
