import LandlineProtocol
import SocketServer
import Sockets

/// Tells whoever asks on the local network that there is a server here (docs/PROTOCOL.md section 10).
struct DiscoveryHandler: DatagramRequestHandler {
  /// What is answered, but for the nonce.
  private let answer: Discovery.Answer
  private let limit: SourceLimit

  /// - Parameter name: of a long one so much is told as a datagram takes.
  init(name: String, host: String?, port: Int, fingerprint: String, limit: SourceLimit) {
    var answer = Discovery.Answer(
      nonce: String(repeating: "0", count: 32), name: "", host: host, port: port, fingerprint: fingerprint)
    var told = name.unicodeScalars.prefix(64)
    repeat {
      answer.name = String(told)
    } while answer.datagram == nil && told.popLast() != nil
    self.answer = answer
    self.limit = limit
  }

  func handle(_ request: inout DatagramRequest) throws {
    guard let address = request.clientAddress.ipAddress, limit.admits(address),
      let question = Discovery.Question(datagram: request.packet)
    else { return }
    var answer = answer
    answer.nonce = question.nonce
    if let bytes = answer.datagram { request.write(bytes) }
  }
}
