import Sockets

/// A chat of two people, who speak in turn, the client first.
///
/// The wire: UTF-8 without a border. The original: an empty line blocks both; who stays behind is shown empty messages.
enum S002ChatTwoParty: Pair {
  static let about = About("s002_chat_two_party", "chat of two people, in turn", at: "0.0.0.0", 8080)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    while case let text = try connection.receive(upTo: 65_536).text, !text.isEmpty {
      print(text)
      guard let answer = nextLine() else { return }
      try connection.sendAll(answer.utf8)
    }
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    while let line = nextLine() {
      try connection.sendAll(line.utf8)
      let answer = try connection.receive(upTo: 65_536).text
      guard !answer.isEmpty else { return }
      print(answer)
    }
  }

  /// A line that is not empty.
  private static func nextLine() -> String? {
    while let line = input(">>>") { if !line.isEmpty { return line } }
    return nil
  }
}
