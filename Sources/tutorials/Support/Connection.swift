import Sockets

/// A socket that an array, a dictionary or a selector can hold: a `Socket` has one owner, and they want to copy.
final class Connection: Sendable {
  let socket: Socket
  init(_ socket: consuming Socket) { self.socket = socket }
}
