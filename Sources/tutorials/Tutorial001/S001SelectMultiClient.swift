import Selectors
import Sockets

/// One thread that serves many clients, by `select`.
///
/// The wire: lines of UTF-8 without an end; the server answers nothing. The original: a closed socket stays open, one that is
/// reset ends its server, and beyond descriptor 1023 `select` fails.
enum S001SelectMultiClient: Pair {
  static let about = About("s001_select_multi_client", "select: one thread, many clients", at: "127.0.0.1", 8001)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    try listener.setBlocking(false)
    var selector = try SelectSelector<Connection?>()
    try selector.register(listener.descriptor, for: .read, data: nil)
    while true {
      for ready in try selector.select() {
        guard let connection = ready.key.data else {
          guard let accepted = try listener.tryAccept() else { continue }
          let newcomer = Connection(accepted.socket)
          // Without a bit for its number it is closed at once.
          guard (try? selector.register(newcomer.socket.descriptor, for: .read, data: newcomer)) != nil else {
            continue
          }
          print("有新的连接")
          continue
        }
        let message = (try? connection.socket.receive(upTo: 1024)) ?? []
        if message.isEmpty {
          print("关闭连接")
          try selector.unregister(ready.key.descriptor)
        } else {
          print("收到消息: ", Python.repr(message))
        }
      }
    }
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    while let line = input(">>>"), line != "q", line != "Q" {
      if !line.isEmpty { try connection.sendAll(line.utf8) }
    }
  }
}
