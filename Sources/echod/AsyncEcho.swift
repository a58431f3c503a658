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
      let address = try address(options)
      guard !options.isDatagram else { return try await serveDatagrams(at: address, on: loops) }
      var settings = AsyncServerSettings()
      settings.handleError = { error in Echod.write(2, "echod: \(error)\n") }
      let server = try AsyncServer(at: address, on: loops, settings: settings)
      Echod.write(1, "listening on \(server.address)\n")
      try await server.serve { connection in
        while let bytes = try await connection.receive() { try await connection.sendAll(bytes) }
      }
    }
  }

  /// A socket and a task a loop; the kernel keeps each client with one of them.
  private static func serveDatagrams(at address: SocketAddress, on loops: [EventLoop]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Port 0 is any free one for the first, and then that one for all.
      var address = address
      for loop in loops {
        let plain = try Socket(address.family, .datagram)
        if loops.count > 1 { try plain.setOption(.reusePort, to: true) }
        try plain.bind(to: address)
        address = try plain.localAddress
        // Trains of datagrams, where the kernel has them.
        let isSegmented = (try? plain.setOption(.receiveOffload, to: true)) != nil
        let socket = try AsyncSocket(plain, on: loop)
        group.addTask(executorPreference: loop) { try await echo(socket, isSegmented) }
      }
      Echod.write(1, "listening on \(address)\n")
      try await group.waitForAll()
    }
  }

  private static func echo(_ socket: AsyncSocket, _ isSegmented: Bool) async throws {
    var batch = DatagramBatch(capacity: 64, datagramSize: 65_536, segmented: isSegmented)
    while true {
      do throws(SocketError) {
        try await socket.receive(into: &batch)
        try await socket.sendAll(batch)
      } catch {
        if error.code == .cancelled { return }
        guard error.code == .systemCall else { throw error }
        // What one client's datagram met is no reason to leave the others.
        Echod.write(2, "echod: \(error)\n")
      }
    }
  }

  private static func address(_ options: Options) throws -> SocketAddress {
    guard
      let first = try Resolver.addresses(
        of: options.host, port: options.port, type: options.isDatagram ? .datagram : .stream, flags: .passive
      ).first
    else {
      Echod.fail("\(options.host) has no address\n", status: 1)
    }
    return first.address
  }
}
