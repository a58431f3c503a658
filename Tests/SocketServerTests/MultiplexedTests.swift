import Addresses
import Glibc
import SocketServer
import Sockets
import Testing

/// Calls what the test wants.
private struct Worker: MultiplexedRequestHandler {
  var connected: @Sendable (MultiplexedConnection) throws -> Void = { _ in }
  var received: @Sendable (String, MultiplexedConnection) throws -> Void = { $1.send($0) }
  var ended: @Sendable (MultiplexedConnection) throws -> Void = { $0.close() }
  var closed: @Sendable (MultiplexedConnection) -> Void = { _ in }

  func setup(_ connection: MultiplexedConnection) throws { try connected(connection) }

  func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) throws {
    try received(bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, connection)
  }

  func handleEnd(_ connection: MultiplexedConnection) throws { try ended(connection) }
  func finish(_ connection: MultiplexedConnection) { closed(connection) }
}

@Suite("Requests in one thread")
struct MultiplexedTests {
  private static let here = SocketAddress.ipv4(.loopback, port: 0)

  private func errors(_ log: Log) -> ServerSettings {
    var settings = ServerSettings()
    settings.handleError = { error, _ in
      if let error = error as? ServerError { log.append("\(error.code)") } else { log.append("\(error)") }
    }
    return settings
  }

  private func server(
    _ worker: Worker = Worker(), _ settings: ServerSettings = ServerSettings(),
    _ limits: MultiplexingLimits = MultiplexingLimits()
  ) throws -> TCPServer {
    try TCPServer(Self.here, settings: settings, limits: limits, multiplexing: { worker })
  }

  @Test func eachConnectionHasAStateOfItsOwn() throws {
    struct Counter: MultiplexedRequestHandler {
      var count = 0

      mutating func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) {
        count += bytes.byteCount
        connection.send("\(count)\n")
      }
    }
    try serving(TCPServer(Self.here, multiplexing: { Counter() })) { (server) throws in
      let first = try connect(server)
      let second = try connect(server)
      for round in 1...3 {
        try first.sendAll("abc".utf8)
        #expect(try first.receiveAll(2) == "\(3 * round)\n")
        try second.sendAll("x".utf8)
        #expect(try second.receiveAll(2) == "\(round)\n")
      }
    }
  }

  @Test func theOrderOfTheCalls() throws {
    let log = Log()
    let worker = Worker(
      connected: { log.append("setup \($0.isOpen)") },
      received: { log.append("handle \($0) \($1.isOpen)") },
      ended: {
        log.append("end \($0.isOpen)")
        $0.close()
        $0.close()
      },
      closed: { log.append("finish \($0.isOpen) \($0.send("late"))") })
    try serving(server(worker)) { (server) throws in
      let client = try connect(server)
      try client.sendAll("hi".utf8)
      log.wait(for: 2)
      try client.shutdown(.sending)
      #expect(try client.receiveAll(1) == "")
      log.wait(for: 4)
    }
    #expect(log.all == ["setup true", "handle hi true", "end true", "finish false false"])
  }

  /// A hundred clients at the same time, one thread.
  @Test func manyClients() throws {
    try serving(server()) { (server) throws in
      let script = """
        clients = [socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30) for _ in range(100)]
        for round in range(10):
            for number, client in enumerate(clients): client.sendall(b"%d.%d;" % (number, round) * 100)
            for number, client in enumerate(clients):
                wanted, got = b"%d.%d;" % (number, round) * 100, b""
                while len(got) < len(wanted): got += client.recv(65536)
                if got != wanted: say("wrong", number, round)
        say("done")
        """
      let port = try #require(server.address.port)
      #expect(try Program.python(script, "\(port)").finish() == ["done"])
    }
  }

  /// A client that sends and does not read: nothing is read from it until it takes what it is owed, and all of it
  /// arrives in the end.
  @Test func aClientThatReadsLate() throws {
    struct Echo: MultiplexedRequestHandler {
      func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) { connection.send(bytes) }
    }
    try serving(TCPServer(Self.here, multiplexing: { Echo() })) { (server) throws in
      let client = try connect(server)
      let total = 32 << 20
      let pattern = (0..<total).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      let sending = try client.duplicate()
      let box = SocketBox(sending)
      let thread = startThread {
        do {
          try box.socket.sendAll(pattern)
          try box.socket.shutdown(.sending)
        } catch {
          Issue.record(error)
        }
      }
      var received: [UInt8] = []
      received.reserveCapacity(total)
      while true {
        let more = try client.receive(upTo: 1 << 20)
        if more.isEmpty { break }
        received += more
      }
      pthread_join(thread, nil)
      #expect(received == pattern)
    }
  }

  private final class SocketBox: Sendable {
    let socket: Socket
    init(_ socket: consuming Socket) { self.socket = socket }
  }

  /// What waits for a client that does not read has a bound.
  @Test func aClientThatNeverReads() throws {
    let log = Log()
    var limits = MultiplexingLimits()
    limits.outputLimit = 100_000
    let worker = Worker(
      received: { _, connection in
        while connection.send([UInt8](repeating: 1, count: 10_000)) {
          #expect(connection.pendingCount <= 100_000)
        }
        #expect(!connection.isOpen)
      },
      closed: { _ in log.append("finish") })
    try serving(server(worker, errors(log), limits)) { (server) throws in
      let client = try connect(server)
      try client.sendAll("go".utf8)
      log.wait(for: 2)
      #expect(log.all == ["output limit", "finish"])
    }
  }

  /// `close` sends what waits first, however much it is.
  @Test func closingSendsWhatWaits() throws {
    let worker = Worker(received: { _, connection in
      connection.send([UInt8](repeating: 5, count: 900_000))
      connection.close()
      #expect(!connection.isOpen)
      #expect(!connection.send("more"))
    })
    try serving(server(worker)) { (server) throws in
      let client = try connect(server)
      try client.setOption(.receiveBufferSize, to: 4096)
      try client.sendAll("go".utf8)
      #expect(try client.receiveAll(1_000_000).utf8.count == 900_000)
    }
  }

  @Test func aborting() throws {
    let log = Log()
    let worker = Worker(
      received: { _, connection in
        connection.send("first")
        connection.abort()
        connection.abort()
      }, closed: { _ in log.append("finish") })
    try serving(server(worker)) { (server) throws in
      let client = try connect(server)
      try client.sendAll("go".utf8)
      #expect(try client.receiveAll(100) == "first")
    }
    #expect(log.all == ["finish"])
  }

  /// The client's end need not be the server's: it may go on sending, and costs nothing while it does not.
  @Test func halfClosedConnections() throws {
    let log = Log()
    let held = Held()
    let worker = Worker(
      ended: {
        held.keep($0)
        log.append("end")
      }, closed: { _ in log.append("finish") })
    var settings = ServerSettings()
    let rounds = Log()
    settings.serviceActions = {
      rounds.append("round")
      if rounds.all.count == 100 || held.wantsAnswer {
        held.answer("late answer")
      }
    }
    try serving(server(worker, settings)) { (server) throws in
      let client = try connect(server)
      try client.shutdown(.sending)
      log.wait(for: 1)
      // Nothing happens in the meantime: the end is not reported again and again.
      let before = rounds.all.count
      let poke = try connect(server)
      try poke.sendAll("x".utf8)
      #expect(try poke.receiveAll(1) == "x")
      #expect(rounds.all.count <= before + 3)
      held.askForAnswer()
      try poke.sendAll("y".utf8)
      #expect(try client.receiveAll(100) == "late answer")
    }
    #expect(log.all.contains("end"))
  }

  /// What a handler holds on to; used in the serving thread only.
  private final class Held: @unchecked Sendable {
    private var connection: MultiplexedConnection?
    private let asked = Locked(false)

    func keep(_ connection: MultiplexedConnection) { self.connection = connection }
    func askForAnswer() { asked.update { $0 = true } }
    var wantsAnswer: Bool { asked.read { $0 } }

    func answer(_ text: String) {
      connection?.send(text)
      connection?.close()
      connection = nil
    }
  }

  /// A client that hangs up altogether after its end is noticed, though nothing is read from it any more.
  @Test func halfClosedAndGone() throws {
    let log = Log()
    let worker = Worker(ended: { _ in log.append("end") }, closed: { _ in log.append("finish") })
    try serving(server(worker)) { (server) throws in
      do {
        let client = try connect(server)
        try client.shutdown(.sending)
        log.wait(for: 1)
        // With a reset.
        try client.setOption(.linger, to: .upTo(seconds: 0))
      }
      log.wait(for: 2)
    }
    #expect(log.all == ["end", "finish"])
  }

  /// A reset is the handler's to hear of, and no error of the server's.
  @Test func aConnectionThatIsReset() throws {
    let log = Log()
    try serving(server(Worker(closed: { _ in log.append("finish") }), errors(log))) { (server) throws in
      do {
        let client = try connect(server)
        try client.sendAll("x".utf8)
        #expect(try client.receiveAll(1) == "x")
        try client.setOption(.linger, to: .upTo(seconds: 0))
      }
      log.wait(for: 1)
      let client = try connect(server)
      try client.sendAll("still there".utf8)
      #expect(try client.receiveAll(11) == "still there")
    }
    #expect(log.all == ["finish", "finish"])
  }

  @Test func errorsInHandlers() throws {
    struct Failure: Error {}
    let log = Log()
    let worker = Worker(
      received: { text, _ in
        log.append("handle")
        throw Failure()
      }, closed: { _ in log.append("finish") })
    try serving(server(worker, errors(log))) { (server) throws in
      for _ in 0..<2 {
        let client = try connect(server)
        try client.sendAll("x".utf8)
        #expect(try client.receiveAll(1) == "")
      }
    }
    #expect(log.all == ["handle", "Failure()", "finish", "handle", "Failure()", "finish"])
  }

  @Test func errorsInSetup() throws {
    struct Failure: Error {}
    let log = Log()
    let worker = Worker(connected: { _ in throw Failure() }, closed: { _ in log.append("finish") })
    try serving(server(worker, errors(log))) { (server) throws in
      #expect(try connect(server).receiveAll(1) == "")
    }
    #expect(log.all == ["Failure()", "finish"])
  }

  @Test func clientsThatAreRefused() throws {
    let log = Log()
    var settings = ServerSettings()
    settings.verifyRequest = { _ in false }
    try serving(server(Worker(connected: { _ in log.append("setup") }), settings)) { (server) throws in
      #expect(try connect(server).receiveAll(1) == "")
    }
    #expect(log.all == [])
  }

  /// One too many waits in the kernel's queue until another has gone.
  @Test func noMoreConnectionsThanTheBound() throws {
    var limits = MultiplexingLimits()
    limits.maximumConnections = 2
    try serving(server(Worker(), ServerSettings(), limits)) { (server) throws in
      let first = try connect(server)
      let second = try connect(server)
      for client in 0..<2 {
        if client == 0 { try first.sendAll("x".utf8) } else { try second.sendAll("x".utf8) }
      }
      #expect(try first.receiveAll(1) == "x")
      #expect(try second.receiveAll(1) == "x")
      let third = try connect(server)
      try third.sendAll("y".utf8)
      try third.setTimeout(.milliseconds(50))
      let error = try #require(throws: SocketError.self) { try third.receive(upTo: 1) }
      #expect(error.isTimedOut)
      try third.setTimeout(.seconds(30))
      first.close()
      #expect(try third.receiveAll(1) == "y")
    }
  }

  @Test func silentConnectionsAreClosed() throws {
    let log = Log()
    var limits = MultiplexingLimits()
    limits.idleTimeout = .seconds(1)
    try serving(server(Worker(closed: { _ in log.append("finish") }), errors(log), limits)) { (server) throws in
      #expect(try connect(server).receiveAll(1) == "")
      log.wait(for: 2)
    }
    #expect(log.all == ["idle timeout", "finish"])
  }

  /// What one says, all hear: connections of the same server send to each other.
  @Test func sendingToOthers() throws {
    let room = Room()
    let worker = Worker(
      connected: { room.enter($0) },
      received: { text, _ in room.tell(text) },
      closed: { room.leave($0) })
    try serving(server(worker)) { (server) throws in
      let first = try connect(server)
      #expect(try first.receiveAll(2) == "1;")
      let second = try connect(server)
      #expect(try second.receiveAll(2) == "2;")
      let third = try connect(server)
      #expect(try third.receiveAll(2) == "3;")
      third.close()
      try first.sendAll("hello".utf8)
      #expect(try first.receiveAll(5) == "hello")
      #expect(try second.receiveAll(5) == "hello")
    }
  }

  /// Used in the serving thread only.
  private final class Room: @unchecked Sendable {
    private var members: [MultiplexedConnection] = []

    func enter(_ connection: MultiplexedConnection) {
      members.append(connection)
      connection.send("\(members.count);")
    }

    func tell(_ text: String) { for member in members { member.send(text) } }
    func leave(_ connection: MultiplexedConnection) { members.removeAll { $0 === connection } }
  }

  @Test func handleRequest() throws {
    let log = Log()
    var settings = errors(log)
    settings.timeout = .milliseconds(30)
    settings.handleTimeout = { log.append("timeout") }
    let server = try server(Worker(), settings)
    let client = try connect(server)
    try client.sendAll("x".utf8)
    // To take the connection is no request yet, its byte is.
    try server.handleRequest()
    #expect(try client.receiveAll(1) == "x")
    try server.handleRequest()
    #expect(log.all == ["timeout"])
    server.serverClose()
    #expect(try client.receiveAll(1) == "")
  }

  @Test func shutdownAndCloseFromARequest() throws {
    let log = Log()
    let worker = Worker(
      received: { _, connection in
        connection.send("closing")
        connection.server.shutdown()
        connection.server.serverClose()
      }, closed: { _ in log.append("finish") })
    let server = try server(worker)
    let thread = startThread {
      do { try server.serveForever() } catch { Issue.record(error) }
    }
    let client = try connect(server)
    try client.sendAll("x".utf8)
    #expect(try client.receiveAll(100) == "closing")
    pthread_join(thread, nil)
    #expect(log.all == ["finish"])
    try TCPServer(server.address, multiplexing: { Worker() }).serverClose()
  }

  /// Closing sends what waits, as far as clients take it in time.
  @Test func closingTheServerSendsWhatWaits() throws {
    let worker = Worker(received: { _, connection in connection.send([UInt8](repeating: 5, count: 900_000)) })
    let server = try server(worker)
    let thread = startThread {
      do { try server.serveForever() } catch { Issue.record(error) }
      server.serverClose()
    }
    let client = try connect(server)
    try client.sendAll("go".utf8)
    #expect(try client.receiveAll(1).utf8.count == 1)
    server.shutdown()
    #expect(try client.receiveAll(1_000_000).utf8.count == 899_999)
    pthread_join(thread, nil)
  }

  /// A server that is forgotten closes its connections; those who hold one can still ask it.
  @Test func aConnectionThatOutlivesItsServer() throws {
    let held = Held()
    var server: TCPServer? = try server(Worker(connected: { held.keep($0) }))
    let client = try connect(try #require(server))
    try client.sendAll("x".utf8)
    try server?.handleRequest()
    server = nil
    #expect(try client.receiveAll(2) == "x")
    held.answer("nobody hears this")
  }
}
