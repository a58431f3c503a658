import Sockets

extension S004FTPGetPut {
  /// Fetches a file; one that is here already stays, and the person is asked before anything is sent.
  static func get(_ name: String, from stream: inout SocketStream) throws {
    var own = name
    if exists(name) {
      print("该文件已存在")
      guard input("是否继续下载>>:")?.stripped.lowercased() == "y" else { return }
      var copy = 1
      while exists("\(name)(\(copy))") { copy += 1 }
      own = "\(name)(\(copy))"
    }
    let file = try ReceivedFile(named: own, in: ".")
    try stream.socket.sendAll("get \(name)".utf8)
    guard try !stream.peek().isEmpty else {
      print("服务器端没有该文件")
      throw Failure("the server closed the connection; it is made again")
    }
    print("客户端正在下载文件\(name)")
    var bar = S004FTPLines.Bar(width: 70)
    try S004FTPLines.receive(file, S004FTPLines.size(from: &stream), from: &stream) { bar.update($0, of: $1) }
    try file.keep()
    print("\n\(name) 下载成功")
  }

  /// Leaves a file; of one that is not here the server is told nothing.
  static func put(_ name: String, to stream: inout SocketStream, _ delay: Duration) throws {
    guard let file = try? SentFile(name) else { return print("没有该文件") }
    print("客户端正在上传文件\(name)")
    try stream.socket.sendAll("put \(file.name)".utf8)
    // The command has no border: a server that takes all that is there for it must not find the size there, too.
    pause(.milliseconds(100))
    var bar = S004FTPLines.Bar(width: 50)
    try S004FTPLines.send(file, over: stream.socket, delay) { bar.update($0, of: file.size) }
    let answer = Array("\(file.name) 上传成功".utf8)
    guard try stream.read(exactly: answer.count) == answer else { throw Failure("the server did not confirm the file") }
    print("")
  }

  private static func exists(_ name: String) -> Bool { (try? SentFile(name)) != nil || Folder.exists(name) }
}
