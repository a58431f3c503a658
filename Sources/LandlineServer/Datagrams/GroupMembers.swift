import Addresses
import SocketServer
import Sockets
import Synchronization

/// The interfaces on which a server hears a group; more join when they appear.
final class GroupMembers: Sendable {
  private static let lookAgain = Duration.seconds(30)

  private let server: DatagramServer
  private let group: IPAddress
  private let onLoopbackOnly: Bool
  private let joined = Mutex<Set<NetworkInterface>>([])

  init(_ server: DatagramServer, group: IPAddress, onLoopbackOnly: Bool) {
    self.server = server
    self.group = group
    self.onLoopbackOnly = onLoopbackOnly
  }

  /// Joins on every interface where it has not.
  /// - Throws: `SocketError` when there is none on which it can be heard.
  func update() throws(SocketError) {
    let socket = try Socket(duplicating: server.descriptor)
    let interfaces = try NetworkInterface.all.filter { !onLoopbackOnly || $0.name == "lo" }
    let problem = joined.withLock { joined -> SocketError? in
      // One that was taken away may come back with the same number.
      joined.formIntersection(interfaces)
      var problem: SocketError?
      for interface in interfaces where !joined.contains(interface) {
        do throws(SocketError) {
          try socket.joinGroup(group, interface: interface.index)
          joined.insert(interface)
        } catch {
          problem = error
        }
      }
      return joined.isEmpty ? problem : nil
    }
    if let problem { throw problem }
  }

  /// Looks for new interfaces, until its task is cancelled.
  func keep() async {
    while !Task.isCancelled {
      // The kernel would tell of interfaces by netlink; half a minute is soon enough for one that is plugged in.
      try? await Task.sleep(for: Self.lookAgain)
      // What cannot be joined now is tried again.
      try? update()
    }
  }
}
