internal import Glibc
internal import SocketServer
internal import Synchronization

/// Serves until SIGTERM, in a program of one thread, and says how many children are left.
func serveUntilSignal(_ server: some BaseServer, _ runner: Forking, grace: Duration = .seconds(30)) throws {
  stoppable.store(UInt(bitPattern: Unmanaged.passRetained(Stoppable(server)).toOpaque()), ordering: .releasing)
  var action = sigaction()
  action.__sigaction_handler.sa_handler = { _ in
    guard let reference = UnsafeRawPointer(bitPattern: stoppable.load(ordering: .acquiring)) else { return }
    Unmanaged<Stoppable>.fromOpaque(reference).takeUnretainedValue().server.requestShutdown()
  }
  sigaction(SIGTERM, &action, nil)
  // A long interval: what the server notices, it has to be told.
  try server.serveForever(pollInterval: .seconds(3600))
  server.serverClose(grace: grace)
  say("children: \(runner.activeChildren.count)")
}

/// The address of what a signal handler is to find: it may be called anywhere, and must not wait for a lock.
private let stoppable = Atomic<UInt>(0)

private final class Stoppable: Sendable {
  let server: any BaseServer
  init(_ server: any BaseServer) { self.server = server }
}
