import Addresses
import Sockets

/// A chat over UDP: the client chooses whom to talk to, the server's person answers each message in turn.
///
/// The wire: a datagram of UTF-8 each way; the answer may be empty. The original: messages to a name that it does not know
/// are dropped in silence.
enum S004UDPQQChat: Pair {
  static let about = About("s004_udp_qq_chat", "QQ chat over UDP", at: "127.0.0.1", 8081)

  private static let names = ["jkey", "liu", "song", "xue"]

  static func server(_ settings: Settings) throws {
    let address = try settings.address
    let socket = try Socket(address.family, .datagram)
    try socket.bind(to: address)
    while true {
      let (message, client) = try socket.receiveFrom(upTo: 65_535)
      announce(message, from: client)
      guard let answer = input("回复消息: ")?.stripped else { return }
      do throws(SocketError) {
        _ = try socket.send(answer.utf8, to: client)
      } catch {
        warn("the answer did not go out: \(error)")
      }
    }
  }

  static func client(_ settings: Settings) throws {
    // Each name has its address; here all of them are on one machine, and at one port.
    let address = try settings.address
    let friends = Dictionary(uniqueKeysWithValues: names.map { ($0, address) })
    let socket = try Socket(address.family, .datagram)
    // The other side is a person, who thinks before he answers.
    try socket.setTimeout(.seconds(300))
    while let name = input("请选择聊天对象: ")?.stripped {
      guard let friend = friends[name] else {
        warn("there is no \(name), but \(names.joined(separator: ", "))")
        continue
      }
      while true {
        guard let message = input("请输入消息,回车发送: ")?.stripped else { return }
        if message == "quit" { break }
        guard !message.isEmpty else { continue }
        do throws(SocketError) {
          _ = try socket.send(message.utf8, to: friend)
          let (answer, sender) = try socket.receiveFrom(upTo: 65_535)
          announce(answer, from: sender)
        } catch {
          guard error.isTimedOut || error.isMessageTooLong else { throw error }
          warn("no answer: \(error)")
        }
      }
    }
  }

  private static func announce(_ message: [UInt8], from sender: SocketAddress) {
    let place = "\(sender.ipAddress.map { "\($0)" } ?? ""):\(sender.port ?? 0)"
    print("来自[\(place)]的一条消息:\u{1B}[1;44m\(message.text)\u{1B}[0m")
  }
}
