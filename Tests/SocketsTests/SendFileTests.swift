import Addresses
import CSockets
import Glibc
import Sockets
import SystemPackage
import Testing

@Suite("sendFile, to Python")
struct SendFileTests {
  /// A Python that reads to the end, and says how many bytes there were and their SHA-256.
  private static let hashing = """
    import hashlib
    server = socket.create_server(("127.0.0.1", 0))
    say(server.getsockname()[1])
    peer, _ = server.accept()
    digest, count = hashlib.sha256(), 0
    while data := peer.recv(1 << 20):
      digest.update(data); count += len(data)
    say(count, digest.hexdigest())
    """

  private func connect(_ python: PythonPeer) throws -> Socket {
    try Socket(connectingTo: .ipv4(.loopback, port: Port(UInt16(try python.number()))))
  }

  /// The answer of the script above to bytes, by another Python.
  private func expected(_ bytes: some Collection<UInt8>) throws -> String {
    let python = try PythonPeer("import hashlib\ndata = bytes.fromhex(hear())\nsay(hashlib.sha256(data).hexdigest())")
    try python.tell(bytes.hex)
    defer { try? python.finish() }
    return "\(bytes.count) \(try python.line())"
  }

  @Test("a file of 64 MiB arrives whole")
  func bigFile() throws {
    let block = [UInt8].pattern(1 << 20)
    let file = try TemporaryFile(block)
    for _ in 1..<64 {
      #expect(pwrite(file.descriptor, block, block.count, off_t(lseek(file.descriptor, 0, SEEK_END))) == block.count)
    }
    lseek(file.descriptor, 0, SEEK_SET)
    let python = try PythonPeer(
      Self.hashing + "\nsay(hashlib.sha256(bytes.fromhex(hear()) * 64).hexdigest())")
    let socket = try connect(python)
    #expect(try socket.sendFile(file.descriptor) == 64 << 20)
    #expect(file.position == 64 << 20)
    socket.close()
    let answer = try python.line()
    try python.tell(block.hex)
    #expect(try answer == "\(64 << 20) \(python.line())")
    try python.finish()
  }

  @Test(
    "a part of a file, by offset and count",
    arguments: [
      (nil, nil, 0..<100_000), (nil, 10, 0..<10), (0, nil, 0..<100_000), (500, nil, 500..<100_000),
      (500, 70_000, 500..<70_500), (99_990, 1000, 99_990..<100_000), (200_000, nil, 100_000..<100_000),
      (10, 0, 10..<10),
    ] as [(Int64?, Int64?, Range<Int>)])
  func parts(offset: Int64?, count: Int64?, range: Range<Int>) throws {
    let bytes = [UInt8].pattern(100_000)
    let file = try TemporaryFile(bytes)
    let pair = try SocketPair()
    let second = Shared(pair.second)
    let receiving = try Background { try second.socket.receiveAll() }
    let first = pair.first
    #expect(try first.sendFile(file.descriptor, offset: offset, count: count) == Int64(range.count))
    first.close()
    #expect(try receiving.wait() == Array(bytes[range]))
    #expect(file.position == (offset == nil ? range.upperBound : 0))
  }

  @Test("from a pipe the bytes are read and sent")
  func pipe() throws {
    let pipe = try Pipe()
    let bytes = [UInt8].pattern(500_000)
    let writer = pipe.writer
    let writing = try Background {
      var done = 0
      while done < bytes.count {
        done += bytes[done...].withUnsafeBytes { write(writer, $0.baseAddress, $0.count) }
      }
    }
    let python = try PythonPeer(Self.hashing)
    let socket = Shared(try connect(python))
    let reader = pipe.reader
    #expect(try socket.socket.sendFile(reader, count: 400_000) == 400_000)
    let rest = try Background { try socket.socket.sendFile(reader) }
    try writing.wait()
    pipe.closeWriter()
    #expect(try rest.wait() == 100_000)
    try socket.socket.shutdown(.sending)
    #expect(try python.line() == expected(bytes))
    try python.finish()
  }

  @Test("a pipe that nobody writes to holds a socket with a timeout up no longer than that")
  func silentPipe() throws {
    let pipe = try Pipe()
    let pair = try SocketPair()
    try pair.first.setTimeout(.milliseconds(40))
    #expect(try failure { try pair.first.sendFile(pipe.reader) }.isTimedOut)
    try pair.first.setBlocking(false)
    #expect(try failure { try pair.first.sendFile(pipe.reader) }.isWouldBlock)
    #expect(write(pipe.writer, "abc", 3) == 3)
    let error = try failure { try pair.first.sendFile(pipe.reader) }
    #expect(error.isWouldBlock && error.bytesSent == 3)
  }

  @Test("a peer that does not read ends it at the deadline, and the count is right", arguments: [true, false])
  func deadline(usesPosition: Bool) throws {
    let bytes = [UInt8].pattern(3_000_000)
    let file = try TemporaryFile(bytes)
    let pair = try SocketPair()
    let first = pair.first
    let second = pair.second
    try first.setTimeout(.milliseconds(40))
    var sent = 0
    let time = try seconds {
      let error = try failure { try first.sendFile(file.descriptor, offset: usesPosition ? nil : 0) }
      #expect(error.isTimedOut && error.bytesSent > 0 && error.call == "sendfile")
      sent = error.bytesSent
    }
    #expect(time >= 0.04)
    #expect(file.position == (usesPosition ? sent : 0))
    first.close()
    #expect(try second.receiveAll() == Array(bytes[..<sent]))
  }

  @Test("a socket that does not wait sends what goes, and goes on from there")
  func nonBlocking() throws {
    let bytes = [UInt8].pattern(1_000_000)
    let file = try TemporaryFile(bytes)
    let pair = try SocketPair()
    let first = pair.first
    let second = pair.second
    try first.setBlocking(false)
    var received: [UInt8] = []
    var offset: Int64 = 0
    while offset < bytes.count {
      do {
        offset += try first.sendFile(file.descriptor, offset: offset)
      } catch {
        #expect(error.isWouldBlock)
        offset += Int64(error.bytesSent)
        received += try second.receive(exactly: error.bytesSent)
      }
    }
    first.close()
    received += try second.receiveAll()
    #expect(received == bytes)
  }

  @Test("an empty file sends nothing; a descriptor that is not open, or no stream, is an error")
  func oddFiles() throws {
    let file = try TemporaryFile([])
    let pair = try SocketPair()
    #expect(try pair.first.sendFile(file.descriptor) == 0)
    #expect(try failure { try pair.first.sendFile(-1) }.errno == .badFileDescriptor)
    let datagrams = try SocketPair(.datagram)
    #expect(try failure { try datagrams.first.sendFile(file.descriptor) }.isNotSupported)
    let folder = open("/tmp", O_RDONLY | O_CLOEXEC)
    defer { close(folder) }
    #expect(try failure { try pair.first.sendFile(folder) }.errno == .isDirectory)
  }

  @Test("a peer that has gone away ends it")
  func gone() throws {
    let file = try TemporaryFile([UInt8](repeating: 0, count: 100_000))
    let python = try PythonPeer(
      """
      server = socket.create_server(("127.0.0.1", 0))
      say(server.getsockname()[1])
      peer, _ = server.accept()
      peer.recv(1000)
      import struct
      peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
      """)
    let socket = try connect(python)
    let error = try failure { while true { try socket.sendFile(file.descriptor, offset: 0) } }
    #expect(error.isDisconnected)
    try python.finish()
  }
}
