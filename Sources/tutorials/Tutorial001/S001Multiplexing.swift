import Selectors
import Sockets

/// The same server by `select`, `poll` and `epoll`, the last told of levels or of edges; MUX says which.
///
/// The wire: lines of UTF-8 without an end; the server answers nothing. What goes wrong: told of edges, who does not read
/// until nothing is left is never told again; with `select`, descriptors end at 1023.
enum S001Multiplexing: Pair {
  static let about = About(
    "s001_multiplexing", "select, poll, epoll, level and edge triggered", at: "127.0.0.1", 8001, settings: ["MUX"])

  static func server(_ settings: Settings) throws {
    switch settings["MUX"] ?? "epoll" {
    case "select": try serve(settings, by: SelectSelector()) { try $0.register($1, for: .read, data: $2) }
    case "poll": try serve(settings, by: PollSelector()) { try $0.register($1, for: .read, data: $2) }
    case "epoll": try serve(settings, by: EpollSelector()) { try $0.register($1, for: .read, data: $2) }
    case "epoll-et":
      try serve(settings, by: EpollSelector()) { try $0.register($1, for: .read, data: $2, mode: .edgeTriggered) }
    case let mode: throw Failure("MUX is \(mode), and not select, poll, epoll or epoll-et (kqueue is not on Linux)")
    }
  }

  private static func serve<Kind: Selector<Connection?> & ~Copyable>(
    _ settings: Settings, by selector: consuming Kind,
    register: (inout Kind, CInt, Connection?) throws -> Void
  ) throws {
    let listener = try Socket(listeningOn: settings.address)
    try listener.setBlocking(false)
    try register(&selector, listener.descriptor, nil)
    while true {
      for ready in try selector.select() {
        guard let connection = ready.key.data else {
          // Until nobody waits, and messages until nothing is left: an edge is told of once.
          while let accepted = try listener.tryAccept() {
            let newcomer = Connection(accepted.socket)
            guard (try? register(&selector, newcomer.socket.descriptor, newcomer)) != nil else { continue }
            print("有新的连接")
          }
          continue
        }
        if try !listen(to: connection) { try selector.unregister(ready.key.descriptor) }
      }
    }
  }

  /// Prints what there is; returns whether more may come.
  private static func listen(to connection: Connection) throws -> Bool {
    do {
      while case let message = try connection.socket.receive(upTo: 1024), !message.isEmpty {
        print("收到消息: ", Python.repr(message))
      }
    } catch {
      if error.isWouldBlock { return true }
    }
    print("关闭连接")
    return false
  }

  static func client(_ settings: Settings) throws { try S001SelectMultiClient.client(settings) }
}
