import SocketServer
import Sockets

/// A mail server that keeps nothing: it takes each mail, and shows it; and a client that sends one.
///
/// The wire: SMTP (RFC 5321). Run s002_email_plain against it, too.
enum IdeaMailSink: Pair {
  static let about = About("idea_mail_sink", "a mail exchanged with a local server", at: "127.0.0.1", 2525)

  struct Sink: StreamRequestHandler {
    static var timeout: Duration? { .seconds(60) }

    func handle(_ request: inout StreamRequest) throws {
      try request.write("220 a sink, ready\r\n")
      while let line = try request.readLine(limit: 1024) {
        let words = line.uppercased().split(separator: " ")
        switch words.first {
        case "EHLO": try request.write("250-sink\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 10485760\r\n")
        case "AUTH" where words.count == 3 && words[1] == "PLAIN": try request.write("235 welcome\r\n")
        case "HELO", "NOOP", "RSET": try request.write("250 well\r\n")
        case "MAIL", "RCPT":
          print(line)
          try request.write("250 well\r\n")
        case "DATA":
          try request.write("354 end with a line that is a dot\r\n")
          print(try mail(&request))
          try request.write("250 taken\r\n")
        case "QUIT": return try request.write("221 bye\r\n")
        default: try request.write("500 that is not known here\r\n")
        }
      }
    }

    private func mail(_ request: inout StreamRequest) throws -> String {
      var lines: [String] = []
      var size = 0
      while let line = try request.readLine(limit: 1024), line != "." {
        size += line.utf8.count + 2
        guard size <= 10 << 20 else { throw Failure("a mail of over 10 MiB") }
        // A dot that the client has put before one that began the line (RFC 5321, section 4.5.2).
        lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
      }
      return lines.joined(separator: "\n")
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Sink() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var server = try SMTP(settings.host, settings.port)
    let (sender, receiver) = ("one@example.com", "two@example.com")
    let headers = Mail.headers(from: "<\(sender)>", to: ["<\(receiver)>"], subject: "hello 你好")
    try server.send(from: sender, to: [receiver], headers + "\r\nThe first line.\r\n.\r\nThe last one.")
    try server.quit()
    print("sent")
  }
}
