// Asks for a name, and greets; a client that says nothing for a minute is sent away.
import AsyncSockets
import Sockets

@Sendable func greet(_ connection: AsyncSocket) async throws {
  var reader = AsyncReader(connection)
  try await connection.sendAll("What is your name?\n".utf8)
  while let name = try await reader.readLine(limit: 200, timeout: .seconds(60)) {
    try await connection.sendAll("Good day, \(name)!\n".utf8, timeout: .seconds(10))
  }
}

try await withEventLoops(2) { loops in
  var settings = AsyncServerSettings()
  settings.maximumConnections = 1_000
  settings.handleError = { error in print("\(error)") }
  let server = try AsyncServer(at: .ipv6(.any, port: 7008), on: loops, settings: settings)
  try await server.serve(greet)
}
