import AsyncSockets
import Framing
import Sockets
import Testing

@Suite("Readers", .timeLimit(.minutes(1)))
struct ReaderTests {
  /// Sends a text in pieces of so many bytes.
  private func sender(_ text: String, _ size: Int, _ socket: AsyncSocket) -> Task<Void, any Error> {
    Task(executorPreference: socket.loop) {
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        try await socket.sendAll(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
        await Task.yield()
      }
      socket.close()
    }
  }

  @Test(arguments: [1, 2, 3, 7, 1_000])
  func linesCountsAndTheRest(_ size: Int) async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      let sending = sender("first\r\nsecond\n\nfünf\n12345678rest without end", size, one)
      var reader = AsyncReader(other)
      #expect(try await reader.readLine() == "first")
      #expect(try await reader.readLine() == "second")
      #expect(try await reader.readLine() == "")
      #expect(try await reader.readLine(timeout: .seconds(5)) == "fünf")
      #expect(try await reader.read(exactly: 8) == Array("12345678".utf8))
      let part = try await reader.read(upTo: 4)
      #expect((1...4).contains(part.count))
      #expect(try await part + reader.readToEnd() == Array("rest without end".utf8))
      #expect(try await reader.readLine() == nil)
      #expect(try await reader.read(upTo: 10) == [])
      try await sending.value
    }
  }

  @Test func bounds() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      let sending = sender("123456789\nabc", 100, one)
      var reader = AsyncReader(other)
      await #expect(throws: SocketError.self) { try await reader.readLine(limit: 9) }
      // What was read stays.
      #expect(try await reader.readLine(limit: 10) == "123456789")
      await #expect(throws: SocketError.self) { try await reader.read(exactly: 4) }
      #expect(reader.bufferedCount == 3)
      await #expect(throws: SocketError.self) { try await reader.readToEnd(limit: 2) }
      #expect(try await reader.readToEnd(limit: 3) == Array("abc".utf8))
      try await sending.value
    }
  }

  @Test func aTimeoutLosesNothing() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      var reader = AsyncReader(other)
      try await one.sendAll("ha".utf8)
      do {
        _ = try await reader.readLine(timeout: .milliseconds(20))
        Issue.record("there is no line yet")
      } catch let error as SocketError {
        #expect(error.isTimedOut)
      }
      try await one.sendAll("lf\n".utf8)
      #expect(try await reader.readLine() == "half")
    }
  }

  @Test(arguments: [1, 5, 1_000])
  func frames(_ size: Int) async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      let sending = sender("one\ntwo\n\nlonger than the bound\n", size, one)
      var frames = AsyncFrames(other, DelimiterDecoder(delimiter: .lineFeed, maximumLength: 10))
      #expect(try await frames.next() == Array("one".utf8))
      #expect(try await frames.next() == Array("two".utf8))
      #expect(try await frames.next() == [])
      for _ in 0..<2 {
        do {
          _ = try await frames.next()
          Issue.record("the frame is too long")
        } catch let error as FramingError {
          #expect(error.code == .lineTooLong)
        }
      }
      sending.cancel()
    }
  }
}
