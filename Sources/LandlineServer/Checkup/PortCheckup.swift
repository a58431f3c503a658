import Glibc
import LandlineProtocol
import NIOCore
import NIOPosix

/// Looks whether a server listens, or could.
struct PortCheckup {
  private let settings: ServerSettings

  init(_ settings: ServerSettings) {
    self.settings = settings
  }

  func finding(running: StatusAnswer?) async -> Finding {
    if let running {
      return Finding(
        .ok, "server",
        "version \(running.version) runs, listens on \(running.listening), and has \(running.connections) "
          + (running.connections == 1 ? "connection" : "connections"))
    }
    let place = HostPort(host: settings.listenHost, port: settings.listenPort).description
    do {
      let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .bind(host: settings.listenHost, port: settings.listenPort).get()
      try await channel.close()
      return Finding(.ok, "server", "none runs on this folder; \(place) is free for it")
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      return Finding(
        .error, "server",
        "none runs on this folder, and \(place) is in use by another program; choose another port with --listen")
    } catch let error as IOError where error.errnoCode == EACCES {
      return Finding(
        .error, "server",
        "this user may not listen on \(place): ports below 1024 are root's; choose another with --listen")
    } catch let error as IOError where error.errnoCode == EADDRNOTAVAIL {
      return Finding(
        .error, "server", "this machine has no address \(settings.listenHost); choose another with --listen")
    } catch {
      return Finding(.error, "server", "cannot listen on \(place): \(error)")
    }
  }
}
