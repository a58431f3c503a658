import Addresses
import Sockets
import Testing

@Suite("Sockets as files, against Python's makefile")
struct BufferedStreamTests {
  /// A stream whose peer is the socket, and the socket.
  private func pair(bufferSize: Int = 8192) throws -> (StreamBox, Shared) {
    let pair = try SocketPair()
    let stream = try SocketStream(pair.first, bufferSize: bufferSize)
    return (StreamBox(stream), Shared(pair.second))
  }

  /// A stream in a class, since a tuple takes nothing that cannot be copied.
  private final class StreamBox {
    var stream: SocketStream
    init(_ stream: consuming SocketStream) { self.stream = stream }
  }

  @Test("lines go both ways with Python's file")
  func lines() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let python = try PythonPeer(
      """
      peer = socket.create_connection(\(try listener.localAddress.python))
      file = peer.makefile("rw", encoding="utf-8", newline="\\n")
      file.write("one\\ntwo ä\\r\\n\\nlast"); file.flush()
      peer.shutdown(socket.SHUT_WR)
      say(ascii(file.readlines()))
      """)
    var stream = try SocketStream(listener.accept().socket)
    #expect(try stream.readLine() == "one")
    #expect(try stream.readLine() == "two ä")
    #expect(try stream.readLine() == "")
    #expect(try stream.readLine() == "last")
    #expect(try stream.readLine() == nil)
    #expect(try stream.readLine() == nil)
    try stream.write("uno\n")
    try stream.write("dos ñ\n".utf8)
    try stream.write("tres")
    try stream.close()
    #expect(try python.line() == "['uno\\n', 'dos \\xf1\\n', 'tres']")
    try python.finish()
  }

  @Test("so many bytes, or the end before the first")
  func ifAny() throws {
    let (box, peer) = try pair()
    try peer.socket.sendAll("fourfive".utf8)
    try peer.socket.shutdown(.sending)
    #expect(try box.stream.readIfAny(exactly: 4) == Array("four".utf8))
    #expect(try failure { try box.stream.readIfAny(exactly: 5) }.code == .unexpectedEnd)
    #expect(try box.stream.readIfAny(exactly: 4) == Array("five".utf8))
    #expect(try box.stream.readIfAny(exactly: 4) == nil)
    #expect(try box.stream.readIfAny(exactly: 0) == [])
  }

  @Test("lines are found however the bytes are cut, with buffers of any size", arguments: [1, 2, 7, 8192])
  func cuts(bufferSize: Int) throws {
    let text = "a\nbb\r\n\nlonger than the buffer\n\r\nend"
    for cut in 0...text.utf8.count {
      let (box, peer) = try pair(bufferSize: bufferSize)
      let bytes = Array(text.utf8)
      try peer.socket.sendAll(bytes[..<cut])
      try peer.socket.sendAll(bytes[cut...])
      try peer.socket.shutdown(.sending)
      var lines: [String] = []
      while let line = try box.stream.readLine(strippingNewline: false) { lines.append(line) }
      #expect(lines == ["a\n", "bb\r\n", "\n", "longer than the buffer\n", "\r\n", "end"])
    }
  }

  @Test("a line may have so many bytes and no more")
  func limit() throws {
    let (box, peer) = try pair(bufferSize: 4)
    try peer.socket.sendAll("1234\n12345\n".utf8)
    #expect(try box.stream.readLine(limit: 5) == "1234")
    let error = try failure { try box.stream.readLine(limit: 5) }
    #expect(error.code == .limitExceeded && "\(error)".contains("5 bytes"))
    // It is there still, for somebody who takes more.
    #expect(try box.stream.readLine(limit: 6) == "12345")
    // Without a newline the bound holds before one comes.
    try peer.socket.sendAll("123456".utf8)
    #expect(try failure { try box.stream.readLine(limit: 5) }.code == .limitExceeded)
    #expect(box.stream.bufferedCount <= 12)
  }

  @Test("reading by count waits for all of it, and says when the stream ends before")
  func exactly() throws {
    let (box, peer) = try pair(bufferSize: 16)
    let bytes = [UInt8].pattern(100_000)
    let sending = try Background {
      for start in stride(from: 0, to: bytes.count, by: 999) {
        try peer.socket.sendAll(bytes[start..<min(start + 999, bytes.count)])
      }
      try peer.socket.shutdown(.sending)
    }
    #expect(try box.stream.read(exactly: 0) == [])
    #expect(try box.stream.read(exactly: 3) == Array(bytes[..<3]))
    #expect(try box.stream.read(exactly: 70_000) == Array(bytes[3..<70_003]))
    let error = try failure { try box.stream.read(exactly: 40_000) }
    #expect(error.code == .unexpectedEnd && "\(error)".contains("29997 of 40000"))
    // What came can be read still.
    #expect(try box.stream.readToEnd() == Array(bytes[70_003...]))
    #expect(try box.stream.readToEnd() == [])
    try sending.wait()
  }

  @Test("what has come can be looked at, as much as is asked for, and read afterwards")
  func peek() throws {
    let (box, peer) = try pair(bufferSize: 4)
    #expect(try box.stream.peek(atLeast: 0) == [])
    try peer.socket.sendAll("abc".utf8)
    #expect(try box.stream.peek().text == "abc")
    #expect(try box.stream.read(upTo: 1).text == "a")
    try peer.socket.sendAll("defghij".utf8)
    #expect(try box.stream.peek(atLeast: 9).text == "bcdefghij")
    #expect(try box.stream.read(exactly: 9).text == "bcdefghij")
    try peer.socket.sendAll("k".utf8)
    try peer.socket.shutdown(.sending)
    #expect(try box.stream.peek(atLeast: 2).text == "k")
    #expect(try box.stream.read(upTo: 5).text == "k")
    #expect(try box.stream.peek() == [])
  }

  @Test("reading what there is waits only when there is nothing")
  func upTo() throws {
    let (box, peer) = try pair()
    try peer.socket.sendAll("abcdef".utf8)
    #expect(try box.stream.read(upTo: 0) == [])
    #expect(try box.stream.read(upTo: 2).text == "ab")
    #expect(box.stream.bufferedCount == 4)
    var buffer = [UInt8](repeating: 0, count: 3)
    var span = buffer.mutableSpan
    var bytes = span.mutableBytes
    #expect(try box.stream.read(into: &bytes) == 3)
    #expect(try box.stream.read(upTo: 100).text == "f")
    try peer.socket.sendAll("gh".utf8)
    var again = [UInt8](repeating: 0, count: 3)
    var againSpan = again.mutableSpan
    var againBytes = againSpan.mutableBytes
    #expect(try box.stream.read(into: &againBytes) == 2)
    #expect(buffer.text == "cde" && again.prefix(2).text == "gh")
    try peer.socket.shutdown(.sending)
    #expect(try box.stream.read(upTo: 5) == [])
  }

  @Test("reading to the end has a bound")
  func toTheEnd() throws {
    let (box, peer) = try pair(bufferSize: 8)
    try peer.socket.sendAll([UInt8](repeating: 1, count: 100))
    try peer.socket.shutdown(.sending)
    #expect(try failure { try box.stream.readToEnd(limit: 99) }.code == .limitExceeded)
    #expect(try box.stream.readToEnd(limit: 100).count == 100)
  }

  @Test("other delimiters than newline")
  func delimiters() throws {
    let (box, peer) = try pair()
    try peer.socket.sendAll("a;bc;;d".utf8)
    try peer.socket.shutdown(.sending)
    var parts: [String] = []
    while let part = try box.stream.read(until: UInt8(ascii: ";")) { parts.append(part.text) }
    #expect(parts == ["a;", "bc;", ";", "d"])
  }

  @Test("a peer that sends a line byte by byte has one timeout for the whole line, and nothing is lost")
  func slowLine() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let python = try PythonPeer(
      """
      import select
      peer = socket.create_connection(\(try listener.localAddress.python))
      count = 0
      # Each byte comes before a timeout for itself would pass.
      while not select.select([sys.stdin], [], [], 0.005)[0]:
        count += peer.send(b"x")
      hear()
      peer.send(b"\\n")
      say(count)
      """)
    var stream = try SocketStream(listener.accept().socket)
    try stream.socket.setTimeout(.milliseconds(100))
    let start = ContinuousClock.now
    #expect(try failure { try stream.readLine() }.isTimedOut)
    let time = ContinuousClock.now - start
    #expect(time >= .milliseconds(100) && time < .seconds(10))
    try python.tell("stop")
    let count = try python.number()
    try stream.socket.setTimeout(.seconds(20))
    #expect(try stream.readLine() == String(repeating: "x", count: count))
    try python.finish()
  }

  @Test("a socket that does not wait reads a line in pieces")
  func nonBlocking() throws {
    let (box, peer) = try pair()
    try box.stream.socket.setBlocking(false)
    #expect(try failure { try box.stream.readLine() }.isWouldBlock)
    try peer.socket.sendAll("half".utf8)
    #expect(try failure { try box.stream.readLine() }.isWouldBlock)
    #expect(try failure { try box.stream.read(exactly: 5) }.isWouldBlock)
    #expect(try failure { try box.stream.readText(count: 5) }.isWouldBlock)
    #expect(try failure { try box.stream.readToEnd() }.isWouldBlock)
    try peer.socket.sendAll(" and half\n".utf8)
    #expect(try box.stream.readLine() == "half and half")
  }

  @Test("writes are gathered until they are flushed, or too many")
  func gathering() throws {
    let (box, peer) = try pair(bufferSize: 10)
    try peer.socket.setBlocking(false)
    try box.stream.write("12345")
    #expect(try failure { try peer.socket.receive(upTo: 10) }.isWouldBlock)
    try box.stream.write("67890")
    #expect(try failure { try peer.socket.receive(upTo: 10) }.isWouldBlock)
    try box.stream.write("a")
    #expect(try peer.socket.receive(upTo: 20).text == "1234567890")
    try box.stream.flush()
    #expect(try peer.socket.receive(upTo: 20).text == "a")
    // What is larger than the buffer goes past it, behind what is in it.
    try box.stream.write("b")
    try box.stream.write("0123456789ABC")
    #expect(try peer.socket.receive(upTo: 20).text == "b0123456789ABC")
  }

  @Test("what a full peer did not take stays, and is sent by the next flush")
  func fullPeer() throws {
    let (box, peer) = try pair(bufferSize: 1_000_000)
    try box.stream.socket.setBlocking(false)
    let bytes = [UInt8].pattern(900_000)
    try box.stream.write(bytes)
    var received: [UInt8] = []
    while true {
      do {
        try box.stream.flush()
        break
      } catch {
        #expect(error.isWouldBlock && error.bytesSent > 0)
        received += try peer.socket.receive(exactly: error.bytesSent)
      }
    }
    try box.stream.socket.shutdown(.sending)
    #expect(try received + peer.socket.receiveAll() == bytes)
  }

  @Test("what was not flushed is sent at the stream's end")
  func endOfLife() throws {
    let pair = try SocketPair()
    let second = pair.second
    do {
      var stream = try SocketStream(pair.first)
      try stream.write("unflushed")
    }
    #expect(try second.receiveAll().text == "unflushed")
  }

  @Test("closing tells that what was written did not go")
  func closing() throws {
    let pair = try SocketPair()
    let second = pair.second
    var stream = try SocketStream(pair.first)
    try stream.write("lost")
    second.close()
    do {
      try stream.close()
      Issue.record("it went to nobody")
    } catch {
      #expect(error.isBrokenPipe)
    }
  }

  @Test("a stream gives its socket back, with what it had received")
  func detaching() throws {
    let pair = try SocketPair()
    let second = pair.second
    try second.sendAll("line\nrest".utf8)
    var stream = try SocketStream(pair.first)
    #expect(try stream.readLine() == "line")
    try stream.write("answer")
    let detached = try stream.detach()
    #expect(detached.unread.text == "rest")
    #expect(try second.receive(upTo: 10).text == "answer")
    try detached.socket.sendAll("more".utf8)
    #expect(try second.receive(upTo: 10).text == "more")
  }

  @Test("reader and writer work beside a socket that somebody else owns")
  func halves() throws {
    let pair = try SocketPair()
    var reader = BufferedReader(capacity: 4)
    var writer = BufferedWriter(capacity: 4)
    try writer.write("hello\n".utf8, to: pair.first)
    try writer.write("hi".utf8, to: pair.first)
    #expect(writer.bufferedCount == 2)
    try writer.flush(to: pair.first)
    #expect(writer.bufferedCount == 0)
    let length = try reader.withBytes(until: 10, from: pair.second) { $0.byteCount }
    #expect(length == 6)
    #expect(try reader.read(upTo: 10, from: pair.second).text == "hi")
    #expect(reader.bufferedCount == 0)
  }
}
