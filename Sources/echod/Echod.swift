internal import Addresses
internal import Glibc
internal import SocketServer
internal import Sockets

/// The echo server that load generators are pointed at.
@main
enum Echod {
  static func main() {
    do throws(Options.Failure) {
      let options = try Options(CommandLine.arguments.dropFirst())
      raiseDescriptorLimit()
      run(options)
    } catch {
      fail(error.message + "\n\n" + Options.usage, status: 2)
    }
  }

  private static func run(_ options: Options) {
    if options.engine == .async { AsyncEcho.run(options) }
    do {
      let server = try makeServer(options)
      if options.engine == .forking { StopSignals.handle(for: server) } else { StopSignals.await(for: server) }
      write(1, "listening on \(server.address)\n")
      try server.serveForever()
      server.serverClose(grace: .zero)
    } catch {
      fail("\(error)\n", status: 1)
    }
  }

  private static func makeServer(_ options: Options) throws(SocketError) -> any BaseServer {
    let (host, port) = (options.host, options.port)
    let threading = Threading(maximumThreads: 20_000, stackSize: 1 << 18)
    let forking = Forking(maximumChildren: 1000)
    var settings = ServerSettings()
    settings.handleError = { error, client in
      // Load generators go away as they like.
      if let error = error as? SocketError, error.isDisconnected { return }
      write(2, "echod: \(client): \(error)\n")
    }
    if options.isDatagram {
      return switch options.engine {
      case .sequential, .multiplexed, .async:
        try UDPServer(host: host, port: port, settings: settings) { DatagramEcho() }
      case .threading: try UDPServer(host: host, port: port, settings: settings, running: threading) { DatagramEcho() }
      case .forking: try UDPServer(host: host, port: port, settings: settings, running: forking) { DatagramEcho() }
      }
    }
    return switch options.engine {
    case .sequential, .async: try TCPServer(host: host, port: port, settings: settings) { StreamEcho() }
    case .threading: try TCPServer(host: host, port: port, settings: settings, running: threading) { StreamEcho() }
    case .forking: try TCPServer(host: host, port: port, settings: settings, running: forking) { StreamEcho() }
    case .multiplexed: try TCPServer(host: host, port: port, settings: settings, multiplexing: { MultiplexedEcho() })
    }
  }

  /// As many connections as this process may ever have: most systems begin with 1024.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  static func write(_ descriptor: CInt, _ text: String) {
    var text = text
    text.withUTF8 { bytes in _ = Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
  }

  static func fail(_ message: String, status: CInt) -> Never {
    write(2, "echod: " + message)
    exit(status)
  }
}
