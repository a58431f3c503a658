import Addresses
import AsyncSockets
import Sockets
import Testing

/// Python's asyncio, a program in C, and socat on the other side.
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

  /// A client in C that sends every byte alone, without Nagle's algorithm, and reads as little at a time.
  @Test func aClientInCThatDribbles() async throws {
    try await withEventLoop { loop in
      try await withServer(on: [loop], echo) { server in
        let port = try #require(server.address.port)
        let script = try Script(
          #"""
          import os, subprocess, sys, tempfile
          source = r"""
          #include <arpa/inet.h>
          #include <netinet/tcp.h>
          #include <stdio.h>
          #include <stdlib.h>
          #include <sys/socket.h>
          #include <unistd.h>
          int main(int argc, char **argv) {
            struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);
            setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            if (connect(s, (struct sockaddr *)&address, sizeof address)) return 1;
            for (int i = 0; i < 5000; i++) {
              unsigned char out = i % 251, in;
              if (send(s, &out, 1, 0) != 1) return 2;
              // Every seventh waits for its echo; the others are behind it.
              for (int n = i % 7 ? 0 : 1; n > 0; n--) {
                static int next;
                for (int turn = 0; turn < (i ? 7 : 1); turn++, next++)
                  if (recv(s, &in, 1, 0) != 1 || in != next % 251) return 3;
              }
            }
            shutdown(s, SHUT_WR);
            int rest = 0;
            for (unsigned char in; recv(s, &in, 1, 0) == 1;) rest++;
            printf("%d\n", rest);
            return 0;
          }
          """
          with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "dribble")
            subprocess.run(["cc", "-x", "c", "-O1", "-o", program, "-"], input=source, text=True, check=True)
            run = subprocess.run([program, sys.argv[1]], capture_output=True, text=True, timeout=60)
          # The last that was waited for is number 4998.
          assert (run.returncode, run.stdout) == (0, "1\n"), run
          print("done", flush=True)
          """#, "\(port)")
        try await Self.expectDone(script)
      }
    }
  }

  /// socat sends what it reads, half-closes, and reads to the end.
  @Test func socat() async throws {
    try await withEventLoop { loop in
      try await withServer(on: [loop], echo) { server in
        let port = try #require(server.address.port)
        let script = try Script(
          """
          import os, subprocess, sys
          for size in (0, 1, 8192, 3_000_000):
            data = os.urandom(size)
            run = subprocess.run(
              ["socat", "-t", "30", "-", "TCP:127.0.0.1:" + sys.argv[1]], input=data, stdout=subprocess.PIPE, timeout=60)
            assert run.returncode == 0 and run.stdout == data, size
          print("done", flush=True)
          """, "\(port)")
        try await Self.expectDone(script)
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
