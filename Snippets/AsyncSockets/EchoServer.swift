// An echo server: a task for each connection, all of them in one thread.
import AsyncSockets

try await withEventLoop { loop in
  let server = try AsyncServer(at: .ipv4(.any, port: 7007), on: loop)
  try await server.serve { connection in
    while let bytes = try await connection.receive() { try await connection.sendAll(bytes) }
  }
}
