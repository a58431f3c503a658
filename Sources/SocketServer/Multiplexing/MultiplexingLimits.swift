/// The bounds of a server whose connections share a thread.
public struct MultiplexingLimits: Sendable {
  /// How many connections there may be; further ones wait in the kernel's queue.
  public var maximumConnections = 65_536

  /// How many bytes may wait for a client that does not read them; one byte more closes its connection. While any wait,
  /// nothing is read from that client.
  public var outputLimit = 1 << 20

  /// How long a connection may be silent, neither sending nor taking what it is sent; nil for ever. Looked at once a
  /// second. Give one to servers that strangers can reach.
  public var idleTimeout: Duration?

  /// How many bytes are read at a time. The memory is the server's, not each connection's.
  public var readSize = 65_536

  /// Makes the bounds as they are without any said.
  public init() {}
}
