import FlyingSocks
import Foundation

/// FlyingSocks: a task a connection, one task that polls.
func serveWithFlyingSocks(_ port: Int) async throws {
  let pool: some AsyncSocketPool = .ePoll(maxEvents: 512)
  try await pool.prepare()
  let address = try sockaddr_in.inet(ip4: "127.0.0.1", port: UInt16(port))
  let socket = try Socket(domain: Int32(AF_INET))
  try socket.setValue(true, for: .localAddressReuse)
  try socket.bind(to: address)
  try socket.listen(maxPendingConnection: 4096)
  let listener = try AsyncSocket(socket: socket, pool: pool)
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await pool.run() }
    group.addTask {
      await withDiscardingTaskGroup { connections in
        while let connection = try? await listener.accept() {
          connections.addTask {
            while let bytes = try? await connection.read(atMost: 4096), !bytes.isEmpty {
              guard (try? await connection.write(Data(bytes))) != nil else { break }
            }
            try? connection.close()
          }
        }
      }
    }
    try await group.waitForAll()
  }
}
