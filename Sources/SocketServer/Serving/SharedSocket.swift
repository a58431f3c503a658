internal import Sockets

/// A socket that several threads use; it closes when the last of them lets it go.
final class SharedSocket: Sendable {
  let socket: Socket

  init(_ socket: consuming Socket) { self.socket = socket }
}
