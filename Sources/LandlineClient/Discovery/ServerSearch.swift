import Addresses
import LandlineProtocol
import Sockets

/// A server that was found on the local network. Nobody vouches for what it says of itself: only an invite does.
public struct FoundServer: Hashable, Sendable, Encodable {
  public var name: String
  public var host: String
  public var port: Int
  /// 64 hexadecimal digits, or `ca`.
  public var fingerprint: String

  /// `192.0.2.7:5263`, `[2001:db8::1]:5263`.
  public var address: String { LandlineProtocol.HostPort(host: host, port: port).description }
}

/// Asks on all interfaces who is there, by UDP multicast.
///
/// It waits in system calls: to be used where that is allowed.
public struct ServerSearch: ~Copyable {
  /// The most servers that are listed.
  private static let most = 1_000
  /// How often it is asked: datagrams get lost.
  private static let interval = Duration.milliseconds(300)

  private let socket: Socket
  private let group: SocketAddress
  private let question: Discovery.Question

  /// - Throws: `cannotConnect` when there is no socket for it.
  public static func run(for time: Duration) throws(ClientError) -> [FoundServer] {
    do {
      let search = try begin()
      return try search.run(until: .now + time)
    } catch let error as ClientError {
      throw error
    } catch {
      throw ClientError(.cannotConnect, "cannot ask on the local network: \(error)")
    }
  }

  private init(_ socket: consuming Socket, group: SocketAddress) {
    self.socket = socket
    self.group = group
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
    question = Discovery.Question(nonce: Hex.encode(nonce))
  }

  private static func begin() throws -> ServerSearch {
    let socket = try Socket(.ipv4, .datagram)
    try socket.setOption(.multicastTimeToLive, to: 1)
    try socket.setOption(.multicastLoop, to: true)
    let group = try IPAddress(parsing: Discovery.group.utf8Span.span)
    return ServerSearch(socket, group: SocketAddress(group, port: Port(Discovery.port)))
  }

  private func run(until end: ContinuousClock.Instant) throws -> [FoundServer] {
    var found: [FoundServer] = []
    while ContinuousClock.now < end {
      try ask()
      let next = min(ContinuousClock.now + Self.interval, end)
      while let answer = try receive(until: next) { Self.note(answer, &found) }
    }
    return found.sorted { ($0.name, $0.host, $0.port) < ($1.name, $1.host, $1.port) }
  }

  private func ask() throws {
    let datagram = question.datagram
    var problem: (any Error)?
    var isAsked = false
    for interface in try NetworkInterface.all {
      do {
        try socket.setMulticastInterface(interface.index)
        _ = try socket.send(datagram, to: group)
        isAsked = true
      } catch {
        // One that is down, or has no address.
        problem = error
      }
    }
    guard isAsked else {
      throw ClientError(
        .cannotConnect, "there is no network to ask on" + (problem.map { ": \($0)" } ?? ""))
    }
  }

  private func receive(until deadline: ContinuousClock.Instant) throws -> FoundServer? {
    while true {
      let left = deadline - .now
      guard left > .zero else { return nil }
      try socket.setTimeout(left)
      let (bytes, sender): ([UInt8], SocketAddress)
      do throws(SocketError) {
        (bytes, sender) = try socket.receiveFrom(upTo: Discovery.size + 1)
      } catch {
        guard error.isTimedOut else { throw error }
        return nil
      }
      guard let answer = Discovery.Answer(datagram: bytes, to: question.nonce), let address = sender.ipAddress else {
        continue
      }
      return FoundServer(
        name: answer.name, host: answer.host ?? "\(address)", port: answer.port, fingerprint: answer.fingerprint)
    }
  }

  /// A server answers on each interface; its address on the network is worth more than the one that only this machine can use.
  private static func note(_ server: FoundServer, _ found: inout [FoundServer]) {
    let known = found.firstIndex {
      $0.name == server.name && $0.fingerprint == server.fingerprint && $0.port == server.port
    }
    guard let known else {
      if found.count < most { found.append(server) }
      return
    }
    let isLocal = (try? IPAddress(parsing: found[known].host.utf8Span.span))?.isLoopback ?? false
    if isLocal { found[known] = server }
  }
}
