import Addresses
import Glibc
import SocketServer
import Sockets
import Testing

private struct Silent: StreamRequestHandler {
  func handle(_ request: inout StreamRequest) throws {}
}

private struct SilentMultiplexed: MultiplexedRequestHandler {
  func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) {}
}

private struct SilentDatagram: DatagramRequestHandler {
  func handle(_ request: inout DatagramRequest) throws {}
}

/// Beginning and end of a server's life.
@Suite("Serving and stopping")
struct LifeTests {
  private static let here = SocketAddress.ipv4(.loopback, port: 0)

  static func servers() throws -> [any BaseServer] {
    [
      try TCPServer(here) { Silent() },
      try TCPServer(here, running: .threading()) { Silent() },
      try TCPServer(here, multiplexing: { SilentMultiplexed() }),
      try UDPServer(here) { SilentDatagram() },
      try UDPServer(here, running: .threading()) { SilentDatagram() },
    ]
  }

  /// To stop always succeeds, whether the other thread serves already or not yet (CPython's issue 2302).
  @Test func shutdownFromAnotherThread() throws {
    for _ in 0..<4 {
      var running: [(any BaseServer, pthread_t)] = []
      for server in try Self.servers() {
        let thread = startThread {
          do { try server.serveForever(pollInterval: .seconds(60)) } catch { Issue.record(error) }
        }
        running.append((server, thread))
        server.shutdown()
      }
      for (server, thread) in running {
        pthread_join(thread, nil)
        server.serverClose()
      }
    }
  }

  /// A long poll interval does not delay it.
  @Test func shutdownWhileServing() throws {
    for server in try Self.servers() {
      let rounds = Log()
      let thread = startThread {
        rounds.append("serving")
        do { try server.serveForever(pollInterval: .seconds(3600)) } catch { Issue.record(error) }
      }
      rounds.wait(for: 1)
      #expect(server.shutdown(atMost: .seconds(30)))
      pthread_join(thread, nil)
    }
  }

  @Test func closeImmediately() throws {
    for server in try Self.servers() {
      server.serverClose()
      server.serverClose()
      let error = try #require(throws: ServerError.self) { try server.serveForever() }
      #expect(error.code == .closed)
      #expect(throws: ServerError.self) { try server.handleRequest() }
    }
  }

  @Test func closeShutsDown() throws {
    for server in try Self.servers() {
      let thread = startThread {
        do throws(ServerError) {
          try server.serveForever()
        } catch {
          #expect(error.code == .closed)
        }
      }
      server.serverClose()
      pthread_join(thread, nil)
    }
  }

  /// Its port is free again, at once.
  @Test func theAddressIsFreeAfterClosing() throws {
    let first = try TCPServer(Self.here) { Silent() }
    let address = first.address
    let error = try #require(throws: SocketError.self) { try TCPServer(address) { Silent() } }
    #expect(error.isAddressInUse)
    first.serverClose()
    try TCPServer(address) { Silent() }.serverClose()
  }

  /// Without closing, too, nothing stays open.
  @Test func aServerThatIsForgotten() throws {
    var server: TCPServer? = try TCPServer(Self.here) { Silent() }
    let address = try #require(server?.address)
    server = nil
    try TCPServer(address) { Silent() }.serverClose()
  }

  @Test func serveAgain() throws {
    for server in try Self.servers() {
      for _ in 0..<3 {
        let thread = startThread {
          do { try server.serveForever() } catch { Issue.record(error) }
        }
        server.shutdown()
        pthread_join(thread, nil)
      }
      server.serverClose()
    }
  }

  @Test func serviceActionsAreCalledAtLeastOnceAnInterval() throws {
    let rounds = Log()
    var settings = ServerSettings()
    settings.serviceActions = { rounds.append("round") }
    for server: any BaseServer in [
      try TCPServer(Self.here, settings: settings) { Silent() },
      try TCPServer(Self.here, settings: settings, multiplexing: { SilentMultiplexed() }),
      try UDPServer(Self.here, settings: settings) { SilentDatagram() },
    ] {
      let before = rounds.all.count
      let thread = startThread {
        do { try server.serveForever(pollInterval: .milliseconds(1)) } catch { Issue.record(error) }
      }
      rounds.wait(for: before + 10)
      server.shutdown()
      pthread_join(thread, nil)
    }
  }
}
