import SocketServer
import Sockets

/// Commands, the first cure for answers that stick: the length as text, an acknowledgement, then the answer.
///
/// The wire: a command; its answer's length in decimal digits; `recv_ready`; the answer. The length must arrive alone, so it
/// has no end of its own. The original: its client counts bytes twice and cuts answers over 2048; after an empty answer the
/// acknowledgement and the next command stick together and both wait for ever; output is dropped when there are errors;
/// its server has a shell for everybody.
enum S000ExecTextLengthAck: Pair {
  static let about = About("s000_exec_text_length_ack", "remote commands: text length and ack", at: "127.0.0.1", 8080)

  struct Commands: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print("客户端", Python.repr(request.clientAddress))
      while case let command = try request.read(upTo: 8192), !command.isEmpty {
        let answer = try Shell(command.text)
        let bytes = answer.errors + answer.output
        try request.write("\(bytes.count)")
        // Exactly so many bytes: what is behind them is the next command.
        guard try request.read(exactly: 10).text == "recv_ready" else { throw Failure("no recv_ready came") }
        try request.write(bytes)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    let rules = try Shell.serverSettings(at: settings.address)
    try TCPServer(settings.address, settings: rules, running: .threading()) { Commands() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    while let line = input(">>: ")?.stripped, line != "quit" {
      guard !line.isEmpty else { continue }
      try stream.socket.sendAll(line.utf8)
      let text = try stream.read(upTo: 20).text
      guard let length = Int(text), (0...1 << 30).contains(length) else { throw Failure("the length \(text)") }
      try stream.socket.sendAll("recv_ready".utf8)
      // Nothing comes that would say that it has arrived, and the next command must not stick to it.
      if length == 0 { pause(.milliseconds(200)) }
      print(try stream.read(exactly: length).text)
    }
  }
}
