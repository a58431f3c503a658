import Addresses
import Sockets
import SystemPackage

/// Two peers that find each other by multicast, and exchange a file without a server.
///
/// The wire: each says `NAME PORT` to the group 239.255.42.42 until it hears another; the one with the smaller name connects,
/// and each sends its file FILE and the end. NAME says who one is; the file of the other is kept as `from-NAME`.
enum IdeaPeers: Script {
  static let about = About(
    "idea_peers", "peers that find each other by multicast and exchange files", at: "127.0.0.1", 4242,
    settings: ["FILE", "NAME"])

  static func script(_ settings: Settings) throws {
    guard let name = settings["NAME"], let path = settings["FILE"] else { throw Failure("set NAME and FILE") }
    guard !name.contains(where: \.isWhitespace) else { throw Failure("a NAME without spaces") }
    let group = try IPv4Address(parsing: "239.255.42.42")
    let loopback = NetworkInterface(named: "lo")?.index ?? 0
    let ear = try Socket(.ipv4, .datagram)
    try ear.setOption(.reuseAddress, to: true)
    try ear.bind(to: .ipv4(group, port: settings.port))
    try ear.joinGroup(.ipv4(group), interface: loopback)
    try ear.setTimeout(.milliseconds(100))
    let mouth = try Socket(.ipv4, .datagram)
    try mouth.setMulticastInterface(loopback)
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    try listener.setTimeout(.seconds(10))
    let call = "\(name) \(try listener.localAddress.port ?? 0)"

    let deadline = ContinuousClock.now.advanced(by: .seconds(30))
    while ContinuousClock.now < deadline {
      try mouth.send(call.utf8, to: .ipv4(group, port: settings.port))
      guard let words = try? ear.receive(upTo: 500).text.split(separator: " "), words.count == 2 else { continue }
      guard words[0] != name, let port = try? Port(parsing: String(words[1])) else { continue }
      print("found \(words[0])")
      // Once more, for one that has only begun to listen.
      try mouth.send(call.utf8, to: .ipv4(group, port: settings.port))
      let connection =
        name < words[0]
        ? try Socket(connectingTo: .ipv4(.loopback, port: port), timeout: .seconds(10)) : try listener.accept().socket
      return try exchange(connection, path, String(words[0]))
    }
    throw Failure("nobody else was heard within 30 seconds")
  }

  private static func exchange(_ connection: borrowing Socket, _ path: String, _ peer: String) throws {
    let file = try SentFile(path)
    let ear = try Connection(connection.duplicate())
    // At the same time: two who both send first and read then may wait for each other for ever.
    let listening = try Thread {
      do {
        let received = try ReceivedFile(named: "from-\(peer)", in: ".")
        while case let data = try ear.socket.receive(upTo: 65_536), !data.isEmpty { try received.write(data) }
        try received.keep()
        print("kept from-\(peer)")
      } catch {
        warn("\(error)")
      }
    }
    try connection.sendFile(file.descriptor.rawValue, offset: 0)
    try connection.shutdown(.sending)
    listening.join()
  }
}
