import SocketServer
import Sockets

/// The simulator of a deaf old man: he greets, and mishears a character of each name.
///
/// The wire: `你找谁呀!` at the beginning; a name; the name with one of its characters, wherever it stands, as `什么`. UTF-8
/// without borders. The original: an empty line blocks both; a name cut within a character ends its server, which
/// has time for one client.
enum S001MaDongmei: Pair {
  static let about = About("s001_ma_dongmei", "马冬梅 simulator: a character becomes 什么", at: "127.0.0.1", 8001)

  struct OldMan: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print("用户已连接")
      try request.write("你找谁呀!")
      while case let name = try request.read(upTo: 8192).text, let misheard = name.unicodeScalars.randomElement() {
        try request.write(name.unicodeScalars.map { $0 == misheard ? "什么" : String($0) }.joined())
      }
      print("对方断开连接")
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { OldMan() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    print(try connection.receive(upTo: 1024).text)
    while let name = input("请输入(q/Q退出):"), name != "q", name != "Q" {
      guard !name.isEmpty else { continue }
      try connection.sendAll(name.utf8)
      let answer = try connection.receive(upTo: 65_536)
      guard !answer.isEmpty else { throw Failure("the server closed the connection") }
      print(answer.text)
    }
  }
}
