import Selectors
import SocketServer
import Sockets

/// Four requests at the same time, of which one is slow.
///
/// The wire: `first`, `sleep`, `second` or `third`; `已收到普通信息:TEXT`, or after 5 seconds `已收到延时反馈信息:sleep`. The original:
/// its client never ends and gives each text to whichever socket is ready; its server sleeps for all.
enum S001SelectConcurrentRequests: Pair {
  static let about = About(
    "s001_select_concurrent_requests", "many requests at once; a slow one holds up nobody", at: "127.0.0.1", 8001)

  struct Answer: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print("有新的连接")
      while case let text = try request.read(upTo: 1024).text, !text.isEmpty {
        print(text)
        if text == "sleep" { pause(.seconds(5)) }
        print(text == "sleep" ? "收到延时信息 sleep" : "收到普通信息 \(text)")
        try request.write((text == "sleep" ? "已收到延时反馈信息:" : "已收到普通信息:") + text)
      }
      print("\n连接已被关闭")
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Answer() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var selector = try DefaultSelector<(connection: Connection, text: String)>()
    let server = try settings.address
    for text in ["first", "sleep", "second", "third"] {
      let connection = Connection(try Socket(server.family))
      try connection.socket.setBlocking(false)
      _ = try connection.socket.beginConnect(to: server)
      try selector.register(connection.socket.descriptor, for: .write, data: (connection, text))
    }
    while selector.count > 0 {
      for ready in try selector.select() {
        let (connection, text) = ready.key.data
        if ready.events.contains(.write) {
          try connection.socket.finishConnect()
          print(text)
          try connection.socket.sendAll(text.utf8)
          try selector.modify(ready.key.descriptor, for: .read)
        } else {
          print(Python.repr(try connection.socket.receive(upTo: 1024)))
          try selector.unregister(ready.key.descriptor)
        }
      }
    }
  }
}
