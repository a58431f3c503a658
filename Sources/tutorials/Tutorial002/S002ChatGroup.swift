import SocketServer
import Sockets
import Synchronization

/// A chat group: what anybody says, everybody hears.
///
/// The wire: text; `('IP', PORT):TEXT` to all, without a border; `quit` ends a connection. The original: client and server have
/// different ports; a client that closes makes its server talk until it breaks, and the threads of others with it; the
/// server's quit wakes nobody; its table has no lock.
enum S002ChatGroup: Pair {
  static let about = About("s002_chat_group", "chat group: every message to every client", at: "127.0.0.1", 9999)

  final class Room: Sendable {
    private let guests = Mutex<[String: Connection]>([:])

    func enter(_ name: String, _ guest: Connection) { guests.withLock { $0[name] = guest } }

    func leave(_ name: String) { guests.withLock { $0[name] = nil } }

    func say(_ text: String) {
      let bytes = Array(text.utf8)
      guests.withLock { guests in
        for (name, guest) in guests {
          // Who does not read is not waited for, but sent away.
          if (try? guest.socket.trySend(bytes.span.bytes)) == bytes.count { continue }
          try? guest.socket.shutdown(.both)
          guests[name] = nil
        }
      }
    }
  }

  struct Member: StreamRequestHandler {
    let room: Room

    func handle(_ request: inout StreamRequest) throws {
      let name = Python.repr(request.clientAddress)
      room.enter(name, try Connection(request.stream.socket.duplicate()))
      warn("\(name) connected")
      defer { room.leave(name) }
      while case let text = try request.read(upTo: 8192).text, !text.isEmpty, text != "quit" {
        room.say("\(name):\(text)")
      }
      warn("\(name) left")
    }
  }

  static func server(_ settings: Settings) throws {
    let room = Room()
    let server = try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Member(room: room) }
    let serving = try Thread { do { try server.serveForever() } catch { warn("\(error)") } }
    while let line = input(">>>") { if line.stripped == "quit" { return server.serverClose(grace: .zero) } }
    serving.join()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    let ear = try Connection(connection.duplicate())
    let listening = try Thread {
      while let text = try? ear.socket.receive(upTo: 65_536).text, !text.isEmpty { print("接收信息:\(text)") }
    }
    while let line = input("发送数据:")?.stripped, line != "quit" {
      if !line.isEmpty { try connection.sendAll(line.utf8) }
    }
    try connection.sendAll("quit".utf8)
    listening.join()
  }
}
