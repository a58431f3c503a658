import Addresses
import CSockets
import Glibc
import Sockets
import SystemPackage
import Testing

@Suite("Messages with data beside them, against Python")
struct MessageTests {
  private func readAll(_ descriptor: CInt) -> String {
    var bytes = [UInt8](repeating: 0, count: 100)
    let count = read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count))).text
  }

  @Test("descriptors come from Python, owned and close-on-exec")
  func fromPython() throws {
    let listener = try Socket(listeningOn: .unix(path: temporaryPath()))
    let address = try listener.localAddress
    let python = try PythonPeer(
      """
      import tempfile
      peer = socket.socket(socket.AF_UNIX)
      peer.connect(\(address.python))
      files = [tempfile.TemporaryFile() for _ in range(3)]
      for number, file in enumerate(files):
        file.write(b"file %d" % number); file.flush(); file.seek(0)
      say(socket.send_fds(peer, [b"here", b" they are"], [file.fileno() for file in files]))
      server = socket.create_server(("127.0.0.1", 0))
      socket.send_fds(peer, [b"s"], [server.fileno()])
      say(server.getsockname()[1])
      """)
    let accepted = try listener.accept()
    #expect(try python.line() == "13")
    var message = try accepted.socket.receiveMessage(upTo: 13, maximumDescriptors: 5)
    #expect(message.bytes.text == "here they are" && message.count == 13)
    #expect(message.descriptors.count == 3 && message.control.isEmpty && !message.flags.contains(.controlTruncate))
    for number in 0..<3 {
      let file = try unwrap(message.descriptors.takeFirst())
      #expect(readAll(file.descriptor) == "file \(number)")
      #expect(fcntl(file.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }
    #expect(message.descriptors.isEmpty == true)
    // A socket, taken as one.
    var second = try accepted.socket.receiveMessage(upTo: 13, maximumDescriptors: 1)
    let server = try unwrap(second.descriptors.takeFirstSocket())
    #expect(server.family == .ipv4 && server.type == .stream)
    #expect(try server.option(.isListening))
    #expect(try python.number() == Int(try #require(server.localAddress.port).rawValue))
    try python.finish()
    if case .unix(let path) = address { unlink(path.text) }
  }

  @Test("descriptors go to Python, and stay ours")
  func toPython() throws {
    let pair = try SocketPair()
    let ours = pair.first
    let theirs = pair.second
    // The child inherits one end of the pair only because it is told to.
    try theirs.setInheritable(true)
    let python = try PythonPeer(
      """
      peer = socket.socket(fileno=\(theirs.descriptor))
      data, descriptors, flags, _ = socket.recv_fds(peer, 100, 5)
      say(data, len(descriptors), flags & ~socket.MSG_CMSG_CLOEXEC)
      for descriptor in descriptors: say(os.read(descriptor, 100))
      """)
    let files = try [TemporaryFile(Array("one".utf8)), TemporaryFile(Array("two".utf8))]
    #expect(
      try ours.sendMessage("files".utf8.span.bytes, descriptors: files.map(\.descriptor)) == 5)
    #expect(try python.line() == "b'files' 2 0")
    #expect(try python.line() == "b'one'")
    #expect(try python.line() == "b'two'")
    #expect(files.allSatisfy { fcntl($0.descriptor, F_GETFD) >= 0 })
    try python.finish()
  }

  @Test("more descriptors than were wanted are closed", arguments: [0, 1, 2])
  func tooMany(wanted: Int) throws {
    let pair = try SocketPair()
    let pipe = try Pipe()
    try pair.first.sendMessage(Array("x".utf8), descriptors: [pipe.writer, pipe.writer, pipe.writer])
    pipe.closeWriter()
    do {
      let message = try pair.second.receiveMessage(upTo: 10, maximumDescriptors: wanted)
      #expect(message.descriptors.count == wanted && message.flags.contains(.controlTruncate))
      #expect(message.bytes.text == "x")
      // Those that are left are open: the pipe has writers.
      var request = pollfd(fd: pipe.reader, events: Int16(POLLIN), revents: 0)
      #expect(poll(&request, 1, 0) == (wanted == 0 ? 1 : 0))
    }
    // With the message go those that nobody took: nobody writes any more.
    #expect(readAll(pipe.reader) == "")
    var request = pollfd(fd: pipe.reader, events: Int16(POLLIN), revents: 0)
    #expect(poll(&request, 1, 20_000) == 1 && request.revents & Int16(POLLHUP) != 0)
  }

  @Test("too many to send, or one that is not open, is an error")
  func refused() throws {
    let pair = try SocketPair()
    #expect(
      try failure { try pair.first.sendMessage([1], descriptors: [CInt](repeating: 0, count: 254)) }.errno
        == .invalidArgument)
    #expect(try failure { try pair.first.sendMessage([1], descriptors: [-1]) }.errno == .badFileDescriptor)
    try pair.first.sendMessage([1], descriptors: [CInt](repeating: pair.first.descriptor, count: 253))
    let message = try pair.second.receiveMessage(upTo: 1, maximumDescriptors: 253)
    #expect(message.descriptors.count == 253)
  }

  @Test("what is no socket is not taken as one, and closed")
  func notASocket() throws {
    let pair = try SocketPair()
    let pipe = try Pipe()
    try pair.first.sendMessage([1], descriptors: [pipe.writer])
    pipe.closeWriter()
    var message = try pair.second.receiveMessage(upTo: 1, maximumDescriptors: 1)
    do {
      _ = try message.descriptors.takeFirstSocket()
      Issue.record("a pipe became a socket")
    } catch {
      #expect(error.errno == .notSocket)
    }
    var request = pollfd(fd: pipe.reader, events: Int16(POLLIN), revents: 0)
    #expect(poll(&request, 1, 20_000) == 1 && request.revents & Int16(POLLHUP) != 0)
  }

  @Test("credentials come beside each message, from Python too")
  func credentials() throws {
    let pair = try SocketPair(.datagram)
    let theirs = pair.second
    let ours = pair.first
    try ours.setOption(.passCredentials, to: true)
    try ours.setTimeout(.seconds(20))
    try theirs.setInheritable(true)
    let python = try PythonPeer(
      """
      peer = socket.socket(fileno=\(theirs.descriptor))
      say(os.getpid(), os.geteuid(), os.getegid())
      peer.send(b"me")
      import struct
      peer.sendmsg([b"me ", b"again"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS,
        struct.pack("3i", os.getpid(), os.geteuid(), os.getegid()))])
      """)
    let words = try python.line().split(separator: " ").compactMap { UInt32($0) }
    for text in ["me", "me again"] {
      let message = try ours.receiveMessage(upTo: 100, controlCapacity: 64)
      #expect(message.bytes.text == text && message.control.count == 1)
      let expected = Credentials(process: CInt(words[0]), user: words[1], group: words[2])
      #expect(message.control.first?.credentials == expected)
    }
    let mine = Credentials(process: getpid(), user: geteuid(), group: getegid())
    try theirs.sendMessage(Array("I".utf8), control: [.credentials(mine)])
    #expect(try ours.receiveMessage(upTo: 100, controlCapacity: 64).control.first?.credentials == mine)
    // Data that has no room is said to be missing.
    try theirs.sendMessage(Array("I".utf8))
    let message = try ours.receiveMessage(upTo: 100, controlCapacity: 4)
    #expect(message.flags.contains(.controlTruncate) && message.control.isEmpty)
    try python.finish()
  }

  @Test("who holds the other end of a Unix socket")
  func peerCredentials() throws {
    let listener = try Socket(listeningOn: .unix(path: temporaryPath()))
    let address = try listener.localAddress
    let python = try PythonPeer(
      """
      peer = socket.socket(socket.AF_UNIX)
      peer.connect(\(address.python))
      say(os.getpid())
      hear()
      """)
    let accepted = try listener.accept()
    let credentials = try accepted.socket.peerCredentials
    #expect(try Int(credentials.process) == python.number() && credentials.user == geteuid())
    #expect(credentials.group == getegid())
    try python.finish()
    let unconnected = try Socket(.unix)
    #expect(try failure { try unconnected.peerCredentials }.isNotConnected)
    if case .unix(let path) = address { unlink(path.text) }
  }

  @Test("bytes from many places are one message, and go into two")
  func gathering() throws {
    let pair = try SocketPair(.datagram)
    let parts = (0..<1024).map { [UInt8](String($0).utf8) }
    let whole = parts.flatMap { $0 }
    #expect(try pair.first.sendMessage(gathering: parts) == whole.count)
    #expect(try pair.second.receive(upTo: 10_000) == whole)
    #expect(try failure { try pair.first.sendMessage(gathering: parts + [[1]]) }.isMessageTooLong)
    #expect(try pair.first.sendMessage(gathering: []) == 0)
    #expect(try pair.second.receive(upTo: 10) == [])

    #expect(try pair.first.sendMessage("head".utf8.span.bytes, "body".utf8.span.bytes) == 8)
    var head = [UInt8](repeating: 0, count: 5)
    var body = [UInt8](repeating: 0, count: 5)
    do {
      var first = head.mutableSpan
      var second = body.mutableSpan
      var firstBytes = first.mutableBytes
      var secondBytes = second.mutableBytes
      let message = try pair.second.receiveMessage(into: &firstBytes, &secondBytes)
      #expect(message.count == 8 && message.bytes.isEmpty)
    }
    #expect(head.text == "headb" && Array(body.prefix(3)).text == "ody")
  }

  @Test("a message has its sender, its flags, and its end")
  func parts() throws {
    let sender = try Socket(.ipv4, .datagram)
    try sender.bind(to: .ipv4(.loopback, port: 0))
    let receiver = try Socket(.ipv4, .datagram)
    try receiver.bind(to: .ipv4(.loopback, port: 0))
    try sender.sendMessage(Array("abcdef".utf8), to: try receiver.localAddress)
    let message = try receiver.receiveMessage(upTo: 3)
    #expect(try message.sender == sender.localAddress)
    #expect(message.bytes.text == "abc" && message.flags.contains(.truncate))
    let pair = try SocketPair()
    let first = pair.first
    let second = pair.second
    first.close()
    let end = try second.receiveMessage(upTo: 10)
    #expect(end.count == 0 && end.sender == .unnamed && end.flags == [])
  }
}
