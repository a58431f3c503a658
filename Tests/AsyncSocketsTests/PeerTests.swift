import Addresses
import AsyncSockets
import Sockets
import Testing

/// Python's asyncio on the other side.
@Suite("Real peers", .timeLimit(.minutes(2)))
struct PeerTests {
  @Test func anAsyncioClient() async throws {
    try await withEventLoop { loop in
      try await withServer(on: [loop], echo) { server in
        let port = try #require(server.address.port)
        let script = try Script(
          """
          import asyncio, os, sys
          async def talk(number):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
            for size in (1, 64, 5000, 300000):
              data = os.urandom(size)
              writer.write(data)
              assert await reader.readexactly(size) == data
              await writer.drain()
            # One byte at a time.
            for byte in b"dribble":
              writer.write(bytes([byte]))
              await writer.drain()
              assert (await reader.readexactly(1))[0] == byte
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
          async def main():
            await asyncio.gather(*(talk(n) for n in range(50)))
            print("done", flush=True)
          asyncio.run(main())
          """, "\(port)")
        try await Self.expectDone(script)
      }
    }
  }

  @Test func anAsyncioServer() async throws {
    let script = try Script(
      """
      import asyncio
      async def serve(reader, writer):
        while line := await reader.readline():
          writer.write(line.upper())
          await writer.drain()
        writer.close()
      async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()
      asyncio.run(main())
      """)
    let port = try Port(parsing: script.line())
    try await withEventLoop { loop in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<20 {
          group.addTask {
            try await withConnection(to: "127.0.0.1", port: port, timeout: .seconds(10), on: loop) { connection in
              for turn in 0..<20 {
                try await connection.sendAll("message \(turn) of \(number)\n".utf8)
                let expected = Array("MESSAGE \(turn) OF \(number)\n".utf8)
                #expect(try await connection.readAll(expected.count) == expected)
              }
              try connection.finishSending()
              #expect(try await connection.readAll() == [])
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  /// The script's line is waited for in a thread that may block, not in the loop's.
  private static func expectDone(_ script: consuming Script) async throws {
    nonisolated(unsafe) let script = script
    let line = try await withTaskExecutorPreference(globalConcurrentExecutor) { try script.line() }
    #expect(line == "done")
  }
}
