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

  final class Request {
    let socket: Socket
    let text: String
    init(_ text: String, to server: SocketAddress) throws {
      socket = try Socket(server.family)
      self.text = text
      try socket.setBlocking(false)
      _ = try socket.beginConnect(to: server)
    }
  }

  static func client(_ settings: Settings) throws {
    var selector = try DefaultSelector<Request>()
    for text in ["first", "sleep", "second", "third"] {
      let request = try Request(text, to: settings.address)
      try selector.register(request.socket.descriptor, for: .write, data: request)
    }
    while selector.count > 0 {
      for ready in try selector.select() {
        let request = ready.key.data
        if ready.events.contains(.write) {
          try request.socket.finishConnect()
          print(request.text)
          try request.socket.sendAll(request.text.utf8)
          try selector.modify(ready.key.descriptor, for: .read)
        } else {
          print(Python.repr(try request.socket.receive(upTo: 1024)))
          try selector.unregister(ready.key.descriptor)
        }
      }
    }
  }
}
