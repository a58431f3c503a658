import LandlineProtocol
import LandlineServices
import SocketServer
import Sockets

/// The time by UDP: a datagram with a format of strftime, which may be empty, is answered with the time
/// (docs/PROTOCOL.md section 10).
struct ClockHandler: DatagramRequestHandler {
  /// What IPv4 and UDP put before a datagram's bytes; with IPv6 it is more.
  private static let headers = 28
  /// How many times as long as what came the answer may be, headers counted (as in RFC 9000 section 8.1).
  private static let amplification = 3

  let limit: SourceLimit

  func handle(_ request: inout DatagramRequest) throws {
    guard let address = request.clientAddress.ipAddress, limit.admits(address),
      let answer = Self.answer(to: request.packet)
    else { return }
    request.write(answer)
  }

  /// - Returns: nil for what is not answered: no format, or one that would make too long an answer.
  static func answer(to packet: [UInt8]) -> [UInt8]? {
    guard String(validating: packet, as: UTF8.self) != nil, let text = try? TimeText.text(packet).text else {
      return nil
    }
    return text.count <= mostBytes(for: packet.count) ? text : nil
  }

  /// The most bytes of an answer to a datagram of `count` bytes.
  static func mostBytes(for count: Int) -> Int { amplification * (headers + count) - headers }
}
