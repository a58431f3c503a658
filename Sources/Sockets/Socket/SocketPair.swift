internal import CSockets
internal import Glibc

/// Two sockets connected to each other, within this machine. (Python: `socketpair()`.)
///
/// ```swift
/// let pair = try SocketPair()
/// try pair.first.sendAll("hello".utf8)
/// let bytes = try pair.second.receive(upTo: 5)
/// ```
///
/// To hand each end to another owner, take them: `let first = pair.first`, `let second = pair.second`.
@frozen
public struct SocketPair: ~Copyable, Sendable {
  /// One end.
  public var first: Socket
  /// The other end.
  public var second: Socket

  /// Makes a pair of Unix sockets.
  ///
  /// - Parameter type: Stream, datagram or seqpacket.
  /// - Throws: ``SocketError/isTooManyOpenFiles``.
  public init(_ type: SocketType = .stream) throws(SocketError) {
    var descriptors: (CInt, CInt) = (-1, -1)
    let result = withUnsafeMutablePointer(to: &descriptors) {
      $0.withMemoryRebound(to: CInt.self, capacity: 2) {
        socketpair(AF_UNIX, type.rawValue | SocketFlags.closeOnExec, 0, $0)
      }
    }
    guard result == 0 else { throw SocketError("socketpair", SystemCalls.lastError) }
    first = Socket(descriptor: descriptors.0, family: .unix, type: type)
    second = Socket(descriptor: descriptors.1, family: .unix, type: type)
  }
}
