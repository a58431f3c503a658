//! An upper-casing server: what it is told, it says louder.

import Addresses
import SocketServer
import Sockets

// snippet.server
struct UpperCase: StreamRequestHandler {
  func handle(_ request: inout StreamRequest) throws {
    while let line = try request.readLine() {
      try request.write(line.uppercased() + "\n")
    }
  }
}

let server = try TCPServer(host: "localhost", port: 9999, running: .threading()) { UpperCase() }
try server.serveForever()
// snippet.end

// snippet.datagrams
struct UpperCaseDatagram: DatagramRequestHandler {
  func handle(_ request: inout DatagramRequest) {
    request.write(request.text.uppercased())
  }
}

let datagrams = try UDPServer(host: "localhost", port: 9999) { UpperCaseDatagram() }
// snippet.end

// snippet.multiplexed
struct UpperCaseAtOnce: MultiplexedRequestHandler {
  func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) {
    var answer = bytes.withUnsafeBytes { [UInt8]($0) }
    for index in answer.indices where (0x61...0x7A).contains(answer[index]) { answer[index] -= 0x20 }
    connection.send(answer)
  }
}

let crowded = try TCPServer(host: "localhost", port: 9998, multiplexing: { UpperCaseAtOnce() })
// snippet.end

// snippet.state
/// Numbers the lines of its connection.
struct Numbering: StreamRequestHandler {
  static var timeout: Duration? { .seconds(60) }

  private var count = 0

  mutating func setup(_ request: inout StreamRequest) throws {
    try request.write("Welcome, \(request.clientAddress).\n")
  }

  mutating func handle(_ request: inout StreamRequest) throws {
    while let line = try request.readLine() {
      count += 1
      try request.write("\(count) \(line)\n")
    }
  }

  func finish(_ request: inout StreamRequest) throws {
    try request.write("That was all.\n")
  }
}
// snippet.end

// snippet.settings
var settings = ServerSettings()
settings.verifyRequest = { client in client.ipAddress?.isPrivate ?? true }
settings.handleError = { error, client in print("\(client): \(error)") }
let careful = try TCPServer(port: 9997, settings: settings, running: .threading(maximumThreads: 100)) { Numbering() }
// snippet.end

// snippet.stop
/// Says `stop` to stop the server that it is asked.
struct Stoppable: StreamRequestHandler {
  func handle(_ request: inout StreamRequest) throws {
    if try request.readLine() == "stop" { request.server.shutdown() }
  }
}

let stoppable = try UnixStreamServer(.unix(path: "/tmp/stoppable.sock")) { Stoppable() }
try stoppable.serveForever()
stoppable.serverClose(grace: .seconds(5))
// snippet.end
