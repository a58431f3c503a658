internal import CSockets

// Options of UDP, `man 7 udp`.

extension SocketOption<Bool> {
  /// The kernel joins datagrams of equal size, and says the size beside them. (`UDP_GRO`)
  public static var receiveOffload: SocketOption { SocketOption(level: CSOCKETS_SOL_UDP, name: CSOCKETS_UDP_GRO) }
}

extension SocketOption<Int> {
  /// The kernel cuts what is sent into datagrams of so many bytes; 0 for none. (`UDP_SEGMENT`)
  public static var segmentSize: SocketOption { SocketOption(level: CSOCKETS_SOL_UDP, name: CSOCKETS_UDP_SEGMENT) }
}
