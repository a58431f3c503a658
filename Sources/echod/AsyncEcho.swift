internal import Addresses
internal import AsyncSockets
internal import Glibc
internal import Sockets

/// The engine of tasks on event loops.
enum AsyncEcho {
  /// Serves until SIGTERM or SIGINT, which the program's first thread waits for, and ends the program.
  static func run(_ options: Options) -> Never {
    let signals = StopSignals.block()
    let service = Task.detached {
      do {
        try await serve(options)
      } catch {
        Echod.fail("\(error)\n", status: 1)
      }
      exit(0)
    }
    StopSignals.wait(for: signals)
    service.cancel()
    while true { pause() }
  }

  private static func serve(_ options: Options) async throws {
    try await withEventLoops(options.loops) { loops in
      let address = try await address(options)
      var settings = AsyncServerSettings()
      settings.handleError = { error in Echod.write(2, "echod: \(error)\n") }
      let server = try AsyncServer(at: address, on: loops, settings: settings)
      Echod.write(1, "listening on \(server.address)\n")
      try await server.serve { connection in
        while let bytes = try await connection.receive() { try await connection.sendAll(bytes) }
      }
    }
  }

  private static func address(_ options: Options) async throws -> SocketAddress {
    guard let first = try Resolver.addresses(of: options.host, port: options.port, flags: .passive).first else {
      Echod.fail("\(options.host) has no address\n", status: 1)
    }
    return first.address
  }
}
