import LandlineProtocol
import LandlineServices
import LandlineTransport
import NIOCore

/// What `status` answers (docs/PROTOCOL.md section 6).
struct StatusReport {
  /// The most connections that are named.
  private static let mostConnections = 1_000

  let status: ServerStatus

  /// - Parameter space: of the disk.
  func answer(space: (free: Int64, total: Int64)) -> StatusAnswer {
    let now = ContinuousClock.now
    let traffic = status.registry.traffic.reading(at: now)
    return StatusAnswer(
      version: Software.version, uptime: (now - status.started).components.seconds,
      connections: status.registry.count, transfers: status.transfers.value,
      listening: status.listening, fingerprint: status.fingerprint,
      freeBytes: space.free, totalBytes: space.total, received: traffic.received, sent: traffic.sent,
      receiveRate: traffic.receiveRate, sendRate: traffic.sendRate)
  }

  /// The logged-in connections, oldest first: as many as are named, and as go into a body.
  func connections() -> ByteBuffer {
    let now = ContinuousClock.now
    let sessions = status.registry.loggedInSessions().prefix(Self.mostConnections)
    var body = ByteBuffer()
    body.writeInteger(UInt8(ascii: "["))
    var isFirst = true
    for session in sessions {
      let encoded = JSON.encode(entry(session, now))
      guard body.readableBytes + encoded.count + 2 <= LineProtocol.maximumBody else { break }
      if !isFirst { body.writeInteger(UInt8(ascii: ",")) }
      isFirst = false
      body.writeBytes(encoded)
    }
    body.writeInteger(UInt8(ascii: "]"))
    return body
  }

  private func entry(
    _ found: ConnectionRegistry.LoggedIn, _ now: ContinuousClock.Instant
  ) -> ConnectionEntry {
    let traffic = found.session.traffic.reading(at: now)
    var device: String?
    if case .device(let id) = found.principal.credential { device = id }
    return ConnectionEntry(
      account: found.principal.account, device: device,
      peer: found.session.line.channel.remoteAddress?.ipAddress, since: found.since,
      received: traffic.received, sent: traffic.sent, receiveRate: traffic.receiveRate, sendRate: traffic.sendRate,
      transfers: found.session.transfers.entries, small: found.session.wholes.open)
  }
}
