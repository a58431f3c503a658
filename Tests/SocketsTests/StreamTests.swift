import Addresses
import CSockets
import Glibc
import Sockets
import Testing

@Suite("Streams, against Python's socket module")
struct StreamTests {
  @Test("a client talks to Python's server", arguments: Place.allCases)
  func client(place: Place) throws {
    let wanted = place.address()
    let python = try PythonPeer(
      """
      server = socket.socket(\(place.family))
      server.bind(\(wanted.python))
      server.listen()
      say(server.getsockname()[1] if \(place.family) != socket.AF_UNIX else 0)
      connection, peer = server.accept()
      data = connection.recv(100)
      connection.sendall(data.upper())
      say(connection.recv(100))  # the end
      connection.close()
      """)
    let port = Port(UInt16(try python.number()))
    let address: SocketAddress =
      switch wanted {
      case .ipv4(let host, _): .ipv4(host, port: port)
      case .ipv6(let host, _, _, _): .ipv6(host, port: port)
      default: wanted
      }
    let socket = try Socket(connectingTo: address)
    #expect(try socket.peerAddress == address)
    try socket.sendAll("hello".utf8)
    #expect(try socket.receive(upTo: 100).text == "HELLO")
    try socket.shutdown(.sending)
    #expect(try python.line() == "b''")
    #expect(try socket.receive(upTo: 100) == [])
    try python.finish()
    if case .unix(let path) = wanted { unlink(path.text) }
  }

  @Test("a server talks to Python's client, and sees its address", arguments: Place.allCases)
  func server(place: Place) throws {
    let listener = try Socket(listeningOn: place.address())
    let address = try listener.localAddress
    #expect(try listener.option(.isListening))
    let python = try PythonPeer(
      """
      client = socket.socket(\(place.family))
      client.connect(\(address.python))
      say(client.getsockname()[1] if \(place.family) != socket.AF_UNIX else 0)
      client.sendall(b"one")
      say(client.recv(100))
      client.close()
      """)
    let accepted = try listener.accept()
    let port = try python.number()
    switch accepted.peerAddress {
    case .ipv4(let host, let peerPort): #expect(host == .loopback && Int(peerPort.rawValue) == port)
    case .ipv6(let host, let peerPort, _, _): #expect(host == .loopback && Int(peerPort.rawValue) == port)
    default: #expect(accepted.peerAddress == .unnamed)
    }
    #expect(try accepted.socket.peerAddress == accepted.peerAddress)
    #expect(try accepted.socket.localAddress == address)
    #expect(try accepted.socket.receive(upTo: 10).text == "one")
    try accepted.socket.sendAll("two".utf8)
    #expect(try python.line() == "b'two'")
    #expect(try accepted.socket.receive(upTo: 10) == [])
    try python.finish()
    if case .unix(let path) = address { unlink(path.text) }
  }

  @Test("a client that was bound has that address")
  func boundClient() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let source = SocketAddress.ipv4(IPv4Address(127, 0, 0, 9), port: 0)
    let client = try Socket(connectingTo: try listener.localAddress, from: source)
    let accepted = try listener.accept()
    #expect(accepted.peerAddress.ipAddress == .ipv4(IPv4Address(127, 0, 0, 9)))
    #expect(try client.localAddress == accepted.peerAddress)
  }

  @Test("sendAll sends a large buffer whole, though the peer takes little at a time")
  func sendAll() throws {
    let pair = try SocketPair()
    try pair.first.setOption(.sendBufferSize, to: 2048)
    let bytes = [UInt8].pattern(1_000_000)
    let first = pair.first
    let reader = Shared(pair.second)
    let received = try Background {
      var all: [UInt8] = []
      while true {
        let some = try reader.socket.receive(upTo: 777)
        if some.isEmpty { return all }
        all += some
      }
    }
    try first.sendAll(bytes)
    first.close()
    #expect(try received.wait() == bytes)
  }

  @Test("send takes what fits, and says how much")
  func partialSend() throws {
    let pair = try SocketPair()
    try pair.first.setOption(.sendBufferSize, to: 4096)
    try pair.first.setBlocking(false)
    let bytes = [UInt8].pattern(1_000_000)
    let sent = try pair.first.send(bytes)
    #expect((1..<bytes.count).contains(sent))
    #expect(try pair.first.trySend(bytes.span.bytes) == nil)
    #expect(try failure { try pair.first.send(bytes) }.isWouldBlock)
    #expect(try pair.second.receive(exactly: sent) == Array(bytes[..<sent]))
  }

  @Test("a failed sendAll says how many bytes had gone")
  func sendAllCounts() throws {
    let pair = try SocketPair()
    let first = pair.first
    let second = pair.second
    try first.setBlocking(false)
    let error = try failure { try first.sendAll([UInt8](repeating: 7, count: 10_000_000)) }
    #expect(error.isWouldBlock && error.bytesSent > 0)
    first.close()
    #expect(try second.receiveAll().count == error.bytesSent)
  }

  @Test("peek leaves the bytes, waitAll waits for all of them")
  func flags() throws {
    let pair = try SocketPair()
    try pair.first.sendAll("abcdef".utf8)
    #expect(try pair.second.receive(upTo: 3, flags: .peek).text == "abc")
    #expect(try pair.second.receive(upTo: 6, flags: .waitAll).text == "abcdef")
    #expect(try failure { try pair.second.receive(upTo: 1, flags: .dontWait) }.isWouldBlock)
  }

  @Test("TCP's urgent byte comes out of band")
  func outOfBand() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let client = try Socket(connectingTo: try listener.localAddress)
    let accepted = try listener.accept()
    #expect(try client.send("ab!".utf8, flags: .outOfBand) == 3)
    #expect(try accepted.socket.receive(exactly: 2).text == "ab")
    #expect(try accepted.socket.receive(upTo: 1, flags: .outOfBand).text == "!")
  }

  @Test("receiving into spans and arrays writes where it should")
  func receiveInto() throws {
    let pair = try SocketPair()
    try pair.first.sendAll("abcdefgh".utf8)
    var array: [UInt8] = [1, 2, 3, 4]
    #expect(try pair.second.receive(into: &array) == 4)
    #expect(array.text == "abcd")
    #expect(try pair.second.receive(into: &array, at: 1..<3) == 2)
    #expect(array.text == "aefd")
    let appended = try [UInt8](capacity: 5) { (output: inout OutputSpan<UInt8>) throws(SocketError) in
      output.append(0x2D)
      let count = try output.withUnsafeMutableBufferPointer { (room, used) throws(SocketError) in
        var bytes = OutputRawSpan(buffer: UnsafeMutableRawBufferPointer(room), initializedCount: used)
        let count = try pair.second.receive(into: &bytes)
        used = bytes.finalize(for: UnsafeMutableRawBufferPointer(room))
        return count
      }
      #expect(count == 2)
    }
    #expect(appended.text == "-gh")
  }

  @Test("an end in one direction leaves the other open")
  func halfClose() throws {
    let pair = try SocketPair()
    try pair.first.shutdown(.sending)
    #expect(try pair.second.receive(upTo: 1) == [])
    try pair.second.sendAll("still".utf8)
    #expect(try pair.first.receive(upTo: 10).text == "still")
    try pair.first.shutdown(.receiving)
    #expect(try pair.first.receive(upTo: 1) == [])
    #expect(try failure { try pair.first.send("x".utf8) }.isBrokenPipe)
  }

  @Test("seqpacket keeps the borders of messages, both ways with Python", arguments: [Place.unix, .abstractUnix])
  func seqpacket(place: Place) throws {
    let listener = try Socket(.unix, .seqpacket)
    try listener.bind(to: place.address())
    try listener.listen()
    let address = try listener.localAddress
    let python = try PythonPeer(
      """
      client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
      client.connect(\(address.python))
      client.send(b"one"); client.send(b"two")
      say(client.recv(100)); say(client.recv(100))
      """)
    let accepted = try listener.accept()
    #expect(accepted.socket.type == .seqpacket)
    #expect(try accepted.socket.receive(upTo: 100).text == "one")
    #expect(try accepted.socket.receive(upTo: 100).text == "two")
    try accepted.socket.sendAll("three".utf8)
    try accepted.socket.sendAll("four".utf8)
    #expect(try python.line() == "b'three'")
    #expect(try python.line() == "b'four'")
    try python.finish()
    if case .unix(let path) = address { unlink(path.text) }
  }

  @Test("a raw socket pings, or says that it is not allowed to")
  func raw() throws {
    let socket: Socket
    do {
      socket = try Socket(.ipv4, .raw, protocol: .icmp)
    } catch {
      #expect(error.isPermissionDenied, "\(error)")
      return
    }
    try socket.setTimeout(.seconds(5))
    // An ICMP echo (RFC 792): type 8, code 0, checksum, identifier, sequence.
    let identifier = UInt16(truncatingIfNeeded: getpid())
    var sum = UInt32(0x0800) + UInt32(identifier) + 1
    sum = (sum & 0xFFFF) + (sum >> 16)
    let checksum = ~UInt16(truncatingIfNeeded: sum)
    let request = [0x0800, checksum, identifier, 1].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    try socket.send(request, to: .ipv4(.loopback, port: 0))
    while true {
      let (packet, sender) = try socket.receiveFrom(upTo: 1500)
      // Behind the IP header of 20 bytes; other tests' pings, and our own request, pass by here too.
      guard packet.count >= 28, packet[20] == 0, Array(packet[24..<26]) == Array(request[4..<6]) else { continue }
      #expect(sender == .ipv4(.loopback, port: 0))
      break
    }
  }
}
