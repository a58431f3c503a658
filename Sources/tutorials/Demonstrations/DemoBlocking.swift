import Selectors
import Sockets

/// Three ways to wait for a message that comes after 50 milliseconds: in the call, by asking again and again, by a selector.
///
/// The call that waits can do nothing else; asking costs a call each time; a selector waits for many at the same time.
enum DemoBlocking: Script {
  static let about = About("demo_blocking", "blocking, non-blocking, and select, side by side")

  static func script(_ settings: Settings) throws {
    try measure("blocking") { socket in
      _ = try socket.receive(upTo: 100)
      return 1
    }
    try measure("non-blocking") { socket in
      try socket.setBlocking(false)
      var calls = 0
      while true {
        calls += 1
        do throws(SocketError) {
          _ = try socket.receive(upTo: 100)
          return calls
        } catch {
          guard error.isWouldBlock else { throw error }
        }
      }
    }
    try measure("select") { socket in
      var selector = try SelectSelector<Void>()
      try selector.register(socket.descriptor, for: .read)
      while try selector.select().isEmpty {}
      _ = try socket.receive(upTo: 100)
      return 2
    }
  }

  private static func measure(_ name: String, _ wait: (borrowing Socket) throws -> Int) throws {
    let pair = try SocketPair()
    let sender = try Connection(pair.first.duplicate())
    let thread = try Thread {
      pause(.milliseconds(50))
      try? sender.socket.sendAll("message".utf8)
    }
    let begin = ContinuousClock.now
    let calls = try wait(pair.second)
    print("\(name): \(calls) calls in \(begin.duration(to: .now))")
    thread.join()
  }
}
