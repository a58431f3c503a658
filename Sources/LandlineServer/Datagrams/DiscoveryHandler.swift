import LandlineProtocol
import SocketServer
import Sockets

/// Tells whoever asks on the local network that there is a server here (docs/PROTOCOL.md section 10).
struct DiscoveryHandler: DatagramRequestHandler {
  let name: String
  let host: String?
  let port: Int
  let fingerprint: String
  let limit: SourceLimit

  func handle(_ request: inout DatagramRequest) throws {
    guard let address = request.clientAddress.ipAddress, limit.admits(address),
      let question = Discovery.Question(datagram: request.packet)
    else { return }
    let answer = Discovery.Answer(
      nonce: question.nonce, name: String(name.prefix(64)), host: host, port: port, fingerprint: fingerprint)
    if let bytes = answer.datagram { request.write(bytes) }
  }
}
