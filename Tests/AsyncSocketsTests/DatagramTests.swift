import Addresses
import AsyncSockets
import Sockets
import Testing

@Suite("Datagrams", .timeLimit(.minutes(1)))
struct DatagramTests {
  private func bound(_ loop: EventLoop, offload: Bool = false) throws -> AsyncSocket {
    let socket = try Socket(.ipv4, .datagram)
    try socket.bind(to: loopback)
    if offload { try socket.setOption(.receiveOffload, to: true) }
    return try AsyncSocket(socket, on: loop)
  }

  @Test func oneAtATime() async throws {
    try await withEventLoop { loop in
      let (one, other) = (try bound(loop), try bound(loop))
      var room = [UInt8](repeating: 0, count: 100)
      for size in [0, 1, 100, 1_000] {
        try await one.send([UInt8](repeating: 7, count: size), to: other.localAddress)
        var span = room.mutableSpan
        var bytes = span.mutableBytes
        let (count, sender) = try await other.receiveFrom(into: &bytes, timeout: .seconds(5))
        #expect(count == min(size, 100))
        #expect(try sender == one.localAddress)
      }
      var span = room.mutableSpan
      var bytes = span.mutableBytes
      do {
        _ = try await other.receiveFrom(into: &bytes, timeout: .milliseconds(5))
        Issue.record("nothing was sent")
      } catch let error as SocketError {
        #expect(error.isTimedOut)
      }
    }
  }

  @Test func batchesGoBackToTheirSenders() async throws {
    try await withEventLoop { loop in
      let server = try bound(loop)
      let serving = Task(executorPreference: loop) {
        var batch = DatagramBatch(capacity: 16, datagramSize: 200)
        while true {
          try await server.receive(into: &batch)
          try await server.sendAll(batch)
        }
      }
      let clients = try (0..<8).map { _ in try bound(loop) }
      let address = try server.localAddress
      for (number, client) in clients.enumerated() {
        var batch = DatagramBatch(capacity: 10, datagramSize: 200)
        for size in 0..<10 {
          #expect(try batch.append([UInt8](repeating: UInt8(number), count: size * 10), to: address))
        }
        try await client.sendAll(batch)
      }
      for (number, client) in clients.enumerated() {
        var sizes: [Int] = []
        var batch = DatagramBatch(capacity: 10, datagramSize: 200)
        while sizes.count < 10 {
          try await client.receive(into: &batch, timeout: .seconds(5))
          for index in 0..<batch.count {
            batch.withBytes(of: index) { bytes in
              sizes.append(bytes.byteCount)
              #expect(bytes.withUnsafeBytes { $0.allSatisfy { $0 == UInt8(number) } })
            }
            #expect(batch.address(of: index) == address)
          }
        }
        #expect(sizes == (0..<10).map { $0 * 10 })
      }
      serving.cancel()
      await #expect(throws: SocketError.self) { try await serving.value }
    }
  }

  /// A train is one message each way, and single datagrams for a peer that knows nothing of trains.
  @Test func trainsOfDatagrams() async throws {
    try await withEventLoop { loop in
      let server = try bound(loop, offload: true)
      let (knowing, plain) = (try bound(loop, offload: true), try bound(loop))
      let train = (0..<2_500).map { UInt8(truncatingIfNeeded: $0 / 100) }
      for client in [knowing, plain] {
        var batch = DatagramBatch(capacity: 4, datagramSize: 65_535, segmented: true)
        #expect(try batch.append(train.span.bytes, segmentSize: 100, to: server.localAddress))
        #expect(batch.segmentSize(of: 0) == 100)
        try await client.sendAll(batch)
        try await server.receive(into: &batch, timeout: .seconds(5))
        #expect(batch.count == 1)
        #expect(batch.segmentSize(of: 0) == 100)
        #expect(batch.withBytes(of: 0) { bytes in bytes.withUnsafeBytes { [UInt8]($0) } } == train)
        try await server.sendAll(batch)
      }
      var batch = DatagramBatch(capacity: 64, datagramSize: 65_535, segmented: true)
      try await knowing.receive(into: &batch, timeout: .seconds(5))
      #expect(batch.count == 1 && batch.segmentSize(of: 0) == 100)
      var count = 0
      while count < 25 {
        try await plain.receive(into: &batch, timeout: .seconds(5))
        for index in 0..<batch.count {
          #expect(batch.withBytes(of: index) { $0.byteCount } == 100)
          #expect(batch.segmentSize(of: index) == 100)
        }
        count += batch.count
      }
      #expect(count == 25)
    }
  }

  @Test func unixDatagrams() async throws {
    try await withEventLoop { loop in
      let (one, other) = try pair(on: loop, .datagram)
      for number in 0..<500 {
        async let sending: Void = one.sendAll([UInt8](repeating: 1, count: number % 100))
        var room = [UInt8](repeating: 0, count: 100)
        #expect(try await other.receive(into: &room, timeout: .seconds(5)) == number % 100)
        try await sending
      }
      // A full queue: the sender waits until the receiver reads.
      async let sending: Void = { for _ in 0..<2_000 { try await one.sendAll([1, 2, 3]) } }()
      var room = [UInt8](repeating: 0, count: 100)
      for _ in 0..<2_000 { #expect(try await other.receive(into: &room, timeout: .seconds(5)) == 3) }
      try await sending
    }
  }
}
