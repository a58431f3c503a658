internal import Glibc
internal import SystemPackage

/// What the kernel knows of a TCP connection, or of a socket that listens. (`TCP_INFO`, `man 7 tcp`)
///
/// ```swift
/// let connection = try Socket(connectingTo: "localhost", port: 2525)
/// let information = try connection.tcpInformation
/// print(information.state, information.roundTripTime)
/// ```
public struct TCPInformation: Hashable, Sendable {
  /// Where it is between the handshake and its end.
  public let state: TCPState
  /// How long an acknowledgement takes, smoothed; zero before the first one.
  public let roundTripTime: Duration
  /// The most bytes of data in a segment that is sent.
  public let maximumSegmentSize: Int
  /// The largest packet to the peer, in bytes.
  public let pathMTU: Int
  /// How many segments may be on their way at the same time.
  public let congestionWindow: Int
  /// Segments on their way, not acknowledged yet.
  public let unacknowledgedSegments: Int
  /// Segments that were sent again.
  public let retransmittedSegments: Int
  /// Segments with data that were sent, those that were sent again among them.
  public let dataSegmentsSent: Int
  /// Segments with data that were received.
  public let dataSegmentsReceived: Int

  /// `struct tcp_info` of linux/tcp.h, as much of it as this kernel has.
  init?(_ bytes: [UInt8]) {
    func number(at offset: Int) -> Int {
      guard bytes.count >= offset + 4 else { return 0 }
      return bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    }
    guard let first = bytes.first, let state = TCPState(rawValue: first) else { return nil }
    self.state = state
    maximumSegmentSize = number(at: 16)
    unacknowledgedSegments = number(at: 24)
    pathMTU = number(at: 60)
    roundTripTime = .microseconds(number(at: 68))
    congestionWindow = number(at: 80)
    retransmittedSegments = number(at: 100)
    dataSegmentsReceived = number(at: 152)
    dataSegmentsSent = number(at: 156)
  }
}

/// The states of RFC 9293, section 3.3.2, with Linux's numbers.
public enum TCPState: UInt8, Hashable, Sendable, CaseIterable {
  case established = 1
  case synSent = 2
  case synReceived = 3
  case finWait1 = 4
  case finWait2 = 5
  case timeWait = 6
  case closed = 7
  case closeWait = 8
  case lastAck = 9
  case listen = 10
  case closing = 11
}

extension TCPState: CustomStringConvertible {
  /// The name in the RFC: `SYN-SENT`.
  public var description: String {
    switch self {
    case .established: "ESTABLISHED"
    case .synSent: "SYN-SENT"
    case .synReceived: "SYN-RECEIVED"
    case .finWait1: "FIN-WAIT-1"
    case .finWait2: "FIN-WAIT-2"
    case .timeWait: "TIME-WAIT"
    case .closed: "CLOSED"
    case .closeWait: "CLOSE-WAIT"
    case .lastAck: "LAST-ACK"
    case .listen: "LISTEN"
    case .closing: "CLOSING"
    }
  }
}

extension Socket {
  /// What the kernel knows of this connection. (Python: `getsockopt(IPPROTO_TCP, TCP_INFO, 256)`, and `struct`.)
  ///
  /// - Throws: ``SocketError`` with `ENOPROTOOPT` or `EOPNOTSUPP` for what is no TCP socket.
  public var tcpInformation: TCPInformation {
    get throws(SocketError) {
      let bytes = try option(level: CInt(IPPROTO_TCP), name: TCP_INFO, maximumSize: 256)
      guard let information = TCPInformation(bytes) else { throw SocketError("getsockopt", .invalidArgument) }
      return information
    }
  }
}
