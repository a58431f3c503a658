import SocketServer
import Sockets

/// A login: a name, and the MD5 of salt and password, against a file of them.
///
/// The wire: `欢迎使用XX系统`; `{"username": NAME, "password": 32 digits}`; `登陆成功` or `账号或密码错误`. The original: newlines stay
/// at the digests, so that only a last line without one can match; a wrong line or JSON ends its server. What is
/// sent is as good as the password: who hears it can log in with it.
enum S001LoginMD5: Pair {
  static let about = About("s001_login_md5", "remote login, JSON with salted md5", at: "127.0.0.1", 8001)

  private static let salt = "sdasdfagfawds"

  struct Login: StreamRequestHandler {
    static var timeout: Duration? { .seconds(300) }

    func handle(_ request: inout StreamRequest) throws {
      try request.write("欢迎使用XX系统")
      var message = try request.read(upTo: 1024)
      // It may come in pieces, and JSON tells where it ends.
      try request.stream.socket.setTimeout(.seconds(1))
      while (try? PythonValue(json: message)) == nil, message.count < 65_536 {
        guard let more = try? request.read(upTo: 1024), !more.isEmpty else { break }
        message += more
      }
      let login = try? PythonValue(json: message)
      let isRight = try Self.isRight(login?["username"]?.text, login?["password"]?.text)
      try request.write(isRight ? "登陆成功" : "账号或密码错误")
    }

    private static func isRight(_ name: String?, _ digest: String?) throws -> Bool {
      guard let name, let digest else { return false }
      let file = try SentFile("user")
      let lines = try file.read(upTo: min(file.size, 1 << 20)).text.split(separator: "\n")
      return lines.contains { line in
        let fields = line.split(separator: "|", omittingEmptySubsequences: false).map { String($0).stripped }
        return fields.count == 2 && Python.isSame(fields[0], name) && Python.isSame(fields[1], digest)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Login() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    print(try connection.receive(upTo: 1024).text)
    guard let name = input("请输入账号名:")?.stripped, let password = input("请输入密码:")?.stripped else { return }
    let login: PythonValue = ["username": .text(name), "password": .text(MD5.hexDigest(of: (salt + password).utf8))]
    try connection.sendAll(login.json.utf8)
    print(try connection.receive(upTo: 1024).text)
  }
}
