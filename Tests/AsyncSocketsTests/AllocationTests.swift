import AsyncSockets
import CAllocationCounter
import Glibc
import Sockets
import Testing

@Suite("Allocations", .timeLimit(.minutes(1)))
struct AllocationTests {
  /// Ten thousand messages through a server and a client on the same loop, after a warm-up, take nothing from the heap.
  @Test func theEchoPathAllocatesNothing() async throws {
    let count = try await withEventLoop { loop in
      try await withServer(on: [loop], echo) { server in
        try await withConnection(to: server.address, on: loop) { connection in
          let message = [UInt8](repeating: 1, count: 64)
          var before = 0
          for round in 0..<11_000 {
            if round == 1_000 { before = allocation_count() }
            try await connection.sendAll(message)
            var missing = message.count
            while missing > 0, let bytes = try await connection.receive() { missing -= bytes.count }
          }
          let count = allocation_count() - before
          #expect(loop.isCurrent)
          return count
        }
      }
    }
    #expect(count == 0)
  }

  @Test func neitherDoDeadlines() async throws {
    let count = try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      let message = [UInt8](repeating: 1, count: 64)
      var before = 0
      for round in 0..<2_000 {
        if round == 500 { before = allocation_count() }
        try await one.sendAll(message, timeout: .seconds(10))
        _ = try await other.receive(timeout: .seconds(10))
      }
      return allocation_count() - before
    }
    #expect(count == 0)
  }
}
