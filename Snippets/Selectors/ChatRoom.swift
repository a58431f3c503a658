//! A chat room in one thread: what anybody says, everybody hears.

import Addresses
import Selectors
import Sockets

// snippet.watched
/// Somebody in the room, and the beginning of a line that is not whole yet.
final class Guest {
  let socket: Socket
  let name: String
  var line: [UInt8] = []

  init(_ socket: consuming Socket, name: String) {
    self.socket = socket
    self.name = name
  }
}

/// What is registered with each descriptor.
enum Watched {
  case door
  case guest(Guest)
}
// snippet.end

// snippet.room
final class ChatRoom {
  private var selector: DefaultSelector<Watched>
  private let door: Socket

  init(port: Port) throws {
    let door = try Socket(listeningOn: .ipv4(.loopback, port: port))
    try door.setBlocking(false)
    var selector = try DefaultSelector<Watched>()
    try selector.register(door.descriptor, for: .read, data: .door)
    self.selector = selector
    self.door = door
  }

  func serve() throws {
    while true {
      for ready in try selector.select() {
        switch ready.key.data {
        case .door: try letIn()
        case .guest(let guest): try listen(to: guest)
        }
      }
    }
  }
  // snippet.end

  // snippet.door
  private func letIn() throws {
    while let accepted = try door.tryAccept() {
      let guest = Guest(accepted.socket, name: "\(accepted.peerAddress)")
      try selector.register(guest.socket.descriptor, for: .read, data: .guest(guest))
      say("\(guest.name) comes in")
    }
  }

  private func seeOff(_ guest: Guest, _ why: String) throws {
    // First this, then the socket closes with its guest: the next one may get the same number.
    try selector.unregister(guest.socket.descriptor)
    say("\(guest.name) \(why)")
  }
  // snippet.end

  // snippet.listen
  private func listen(to guest: Guest) throws {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count: Int
    do {
      count = try guest.socket.receive(into: &buffer)
    } catch  where error.isWouldBlock {
      return
    } catch {
      return try seeOff(guest, "is gone: \(error)")
    }
    guard count > 0 else { return try seeOff(guest, "goes") }
    guest.line += buffer[..<count]
    while let end = guest.line.firstIndex(of: 0x0A) {
      say("\(guest.name): \(String(decoding: guest.line[..<end], as: UTF8.self))")
      guest.line.removeSubrange(...end)
    }
    if guest.line.count > 1000 { try seeOff(guest, "talks without end") }
  }
  // snippet.end

  // snippet.say
  /// Who does not listen misses something: nobody is waited for.
  private func say(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    for key in selector.keys {
      if case .guest(let guest) = key.data { _ = try? guest.socket.trySend(bytes.span.bytes) }
    }
  }
  // snippet.end
}

// snippet.run
try ChatRoom(port: 9999).serve()
// snippet.end
