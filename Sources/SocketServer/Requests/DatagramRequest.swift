public import Sockets

/// A datagram that a ``DatagramRequestHandler`` answers. (Python: `self.packet`, `self.rfile`, `self.wfile`,
/// `self.client_address` and `self.server` of a handler.)
public struct DatagramRequest: ~Copyable, Sendable {
  /// Who sent it; ``SocketAddress/unnamed`` for a Unix socket without an address, which cannot be answered.
  /// (Python: `client_address`.)
  public private(set) var clientAddress: SocketAddress

  /// Its bytes; there may be none. (Python: `packet`, `request[0]`.)
  public private(set) var packet: [UInt8]

  /// Whom: to shut it down, say. (Python: `server`.)
  public let server: DatagramServer

  /// What goes back, once something was written.
  private(set) var reply: [UInt8] = []
  private(set) var hasReply = false
  private var readCount = 0
  private let socket: SharedSocket

  init(to server: DatagramServer, _ socket: SharedSocket) {
    clientAddress = .unnamed
    packet = []
    self.server = server
    self.socket = socket
  }

  /// Becomes the next datagram, in the memory of the one before.
  mutating func replace(with bytes: RawSpan, from clientAddress: SocketAddress) {
    bytes.withUnsafeBytes { bytes in
      packet.removeAll(keepingCapacity: true)
      packet.append(contentsOf: bytes)
    }
    self.clientAddress = clientAddress
    reply.removeAll(keepingCapacity: true)
    hasReply = false
    readCount = 0
  }

  /// Its bytes as text; what is no UTF-8 is replaced by U+FFFD.
  public var text: String { String(decoding: packet, as: UTF8.self) }

  /// Reads a line of the datagram, without its newline; nil behind the last one. (Python: `rfile.readline()`.)
  public mutating func readLine() -> String? {
    guard readCount < packet.count else { return nil }
    let rest = packet[readCount...]
    var line = rest.prefix { $0 != 0x0A }
    readCount += line.count + 1
    if line.count < rest.count, line.last == 0x0D { line.removeLast() }
    return String(decoding: line, as: UTF8.self)
  }

  /// Adds text to the answer. (Python: `wfile.write()`.)
  ///
  /// Whoever writes nothing sends nothing (Python sends an empty datagram then); whoever writes nothing but an empty
  /// text sends an empty datagram.
  public mutating func write(_ text: String) {
    hasReply = true
    reply.append(contentsOf: text.utf8)
  }

  /// Adds bytes to the answer. (Python: `wfile.write()`.)
  public mutating func write(_ bytes: RawSpan) {
    hasReply = true
    bytes.withUnsafeBytes { reply.append(contentsOf: $0) }
  }

  /// Adds bytes to the answer. (Python: `wfile.write()`.)
  @inlinable
  public mutating func write(_ bytes: some Collection<UInt8>) {
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { write(UnsafeRawBufferPointer($0).bytes) }
    if isDone == nil { write(Array(bytes).span.bytes) }
  }

  /// Sends a datagram of its own from the server's address, at once, to anybody. (Python: `socket.sendto()`.)
  ///
  /// - Throws: ``SocketError/isMessageTooLong``, ``SocketError/isUnreachable``, and others.
  public func send(_ bytes: RawSpan, to address: SocketAddress) throws(SocketError) {
    _ = try socket.socket.send(bytes, to: address)
  }

  /// Sends the answer; see ``DatagramServer`` for those that are sent together.
  func sendReply() throws(SocketError) {
    guard hasReply else { return }
    try send(reply.span.bytes, to: clientAddress)
  }
}
