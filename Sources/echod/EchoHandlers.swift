internal import SocketServer
internal import Sockets

/// Reads what there is and sends it back, until the client sends its end.
struct StreamEcho: StreamRequestHandler {
  func handle(_ request: inout StreamRequest) throws {
    try withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { room in
      var bytes = room.mutableBytes
      while true {
        let count = try request.stream.socket.receive(into: &bytes)
        guard count > 0 else { return }
        try request.stream.socket.sendAll(bytes.bytes.extracting(first: count))
      }
    }
  }
}

struct DatagramEcho: DatagramRequestHandler {
  func handle(_ request: inout DatagramRequest) { request.write(request.packet) }
}

struct MultiplexedEcho: MultiplexedRequestHandler {
  func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) { connection.send(bytes) }
}
