import Addresses
import BinaryPacking
import Glibc
import Sockets

/// The kernel's table of this machine's TCP connections, asked for one of them (`man 7 sock_diag`).
struct ConnectionTable: ~Copyable {
  struct Entry {
    let state: TCPState
    /// How many bytes have come that its program has not read.
    let unread: Int
  }

  private let socket: Socket

  init() throws {
    // NETLINK_SOCK_DIAG of linux/netlink.h.
    let socket = try Socket(AddressFamily(rawValue: AF_NETLINK), .raw, protocol: TransportProtocol(rawValue: 4))
    try socket.setTimeout(.seconds(5))
    self.socket = socket
  }

  /// The entry of a connection's one side; nil if that is on another machine, or no more.
  func entry(of near: SocketAddress, to far: SocketAddress) throws -> Entry? {
    guard let source = octets(near), let target = octets(far) else { return nil }
    let ports = try BinaryFormat("!HH").pack(Int(near.port?.rawValue ?? 0), Int(far.port?.rawValue ?? 0))
    // struct nlmsghdr: 72 bytes, SOCK_DIAG_BY_FAMILY, a request; struct inet_diag_req_v2: TCP in any state, no cookie.
    let head = try BinaryFormat("=IHHII").pack(72, 20, 1, 1, 0)
    let kind = try BinaryFormat("=BBBBI").pack(near.family == .ipv6 ? AF_INET6 : AF_INET, 6, 0, 0, UInt32.max)
    let cookie = try BinaryFormat("=III").pack(UInt32(0), UInt32.max, UInt32.max)
    _ = try socket.send(head + kind + ports + source + target + cookie)
    let answer = try socket.receive(upTo: 8192)
    // Else it is an error: there is none.
    guard answer.count >= 80, answer[4] == 20, let state = TCPState(rawValue: answer[17]) else { return nil }
    return Entry(state: state, unread: try BinaryFormat("=I").unpack(Int.self, from: answer, at: 72))
  }

  /// In 16 bytes, of which an IPv4 address takes the first four.
  private func octets(_ address: SocketAddress) -> [UInt8]? {
    switch address {
    case .ipv4(let ip, _): withUnsafeBytes(of: ip.value.bigEndian) { Array($0) } + [UInt8](repeating: 0, count: 12)
    case .ipv6(let ip, _, _, _): withUnsafeBytes(of: ip.value.bigEndian) { Array($0) }
    default: nil
    }
  }
}
