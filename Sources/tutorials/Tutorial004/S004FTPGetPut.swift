import SocketServer
import Sockets

/// Files are fetched with `get NAME` and left with `put NAME`; see `S004FTPLines` for how they travel.
///
/// The wire: the command, with one space and no border; then the file, or the end of the connection if there is none; after
/// put the server sends `NAME 上传成功`. The original: any attribute of its server can be called; `../` leads out of the folder;
/// files are appended to; put sticks to what follows it and ends its server; put of no file, a get that the person takes
/// back, and the answer to put, which its client does not read, leave both sides out of step.
enum S004FTPGetPut: Pair {
  static let about = About(
    "s004_ftp_get_put", "FTP: get and put, md5 for each line", at: "127.0.0.1", 8484, settings: ["PAUSE"])

  struct Session: StreamRequestHandler {
    let delay: Duration

    func handle(_ request: inout StreamRequest) throws {
      while let command = try S004FTPCommand(from: &request.stream) {
        switch command.word {
        case "get":
          guard !command.name.utf8.contains(0x2F), let file = try? SentFile(command.name) else {
            return print("没有该文件")
          }
          print("客户端正在下载文件\(file.name)")
          try S004FTPLines.send(file, over: request.stream.socket, delay) { _ in }
        case "put":
          print("客户端正在上传文件\(command.name)")
          let file = try ReceivedFile(named: command.name, in: ".")
          try S004FTPLines.receive(file, S004FTPLines.size(from: &request.stream), from: &request.stream) { _, _ in }
          try file.keep()
          try request.write("\(command.name) 上传成功")
        default: print("暂不支持")
        }
      }
    }
  }

  static func server(_ settings: Settings) throws {
    let delay = try S004FTPLines.delay(settings)
    try TCPServer(settings.address, running: .threading()) { Session(delay: delay) }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let delay = try S004FTPLines.delay(settings)
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    while let words = input("请输入您的指令>>:")?.stripped.split(separator: " ", omittingEmptySubsequences: false) {
      guard words.count == 2, !words[1].isEmpty else {
        print("请输入正确的指令")
        continue
      }
      do {
        switch words[0] {
        case "get": try get(String(words[1]), from: &stream)
        case "put": try put(String(words[1]), to: &stream, delay)
        default: print("没有该功能")
        }
      } catch {
        warn("\(error)")
        stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
      }
    }
  }
}
