import Sockets

extension Python {
  /// An address as Python prints it: `('127.0.0.1', 8080)`, `('::1', 8080, 0, 0)`, `'/run/x.sock'`.
  static func repr(_ address: SocketAddress) -> String {
    switch address {
    case .ipv4(let ip, let port): "('\(ip)', \(port))"
    case .ipv6(let ip, let port, let flowInfo, let scope): "('\(ip)', \(port), \(flowInfo), \(scope))"
    case .unix(let path): repr(String(decoding: path, as: UTF8.self))
    case .abstractUnix(let name): repr([0] + name)
    case .unnamed: "''"
    case .other: "\(address)"
    }
  }

  /// A connection as Python prints its socket.
  static func repr(_ socket: borrowing Socket) -> String {
    let ends = [("laddr", try? socket.localAddress), ("raddr", try? socket.peerAddress)]
    let named = ends.map { name, address in address.map { ", \(name)=\(repr($0))" } ?? "" }.joined()
    let proto = (try? socket.transportProtocol)?.rawValue ?? 0
    return "<socket.socket fd=\(socket.descriptor), family=\(socket.family.rawValue), "
      + "type=\(socket.type.rawValue), proto=\(proto)\(named)>"
  }
}
