import Sockets

/// A connection as a file: a line in, a line out.
///
/// The wire: a line with its newline; `hello ` and that line; the end of the server. The original has no client, and a variable
/// that hides its module's name.
enum S002MakefileHello: Pair {
  static let about = About("s002_makefile_hello", "socket.makefile: readline and write", at: "127.0.0.1", 8080)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    var file = try SocketStream(listener.accept().socket)
    let line = try file.read(until: UInt8(ascii: "\n"))?.text ?? ""
    print(line)
    try file.write("hello " + line)
    try file.close()
  }

  static func client(_ settings: Settings) throws {
    var file = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    guard let line = input(">>>") else { return }
    try file.write(line + "\n")
    try file.flush()
    print(try file.readLine() ?? "")
  }
}
