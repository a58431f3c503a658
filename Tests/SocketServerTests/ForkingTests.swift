import Addresses
import Glibc
import Sockets
import Testing

/// Servers that fork, in the program `forktest`, for a program that forks has one thread.
@Suite("Requests in processes")
struct ForkingTests {
  private func start(_ scenario: String) throws -> (program: Program, address: SocketAddress) {
    let program = try Program.forktest(scenario)
    return (program, .ipv4(.loopback, port: try Port(parsing: try program.line())))
  }

  private func connect(_ address: SocketAddress) throws -> Socket {
    let socket = try Socket(address.family)
    try socket.setTimeout(.seconds(30))
    try socket.connect(to: address)
    return socket
  }

  /// Each request has a process, and what it changes in memory is its own.
  @Test func requestsAreProcesses() throws {
    let (program, address) = try start("processes")
    var processes: Set<String> = ["\(program.process)"]
    for _ in 0..<3 {
      let words = try connect(address).receiveAll(100).split(separator: " ").map(String.init)
      #expect(words.count == 2)
      #expect(words[1] == "1", "the counter of the parent, and one")
      processes.insert(words[0])
    }
    #expect(processes.count == 4)
    program.send(SIGTERM)
    #expect(try program.finish() == ["children: 0"])
  }

  /// The one too many waits until another process has ended, and no longer.
  @Test func noMoreThanTheBound() throws {
    let (program, address) = try start("bound")
    let first = try connect(address)
    let second = try connect(address)
    #expect(try first.receiveAll(5) == "hello")
    #expect(try second.receiveAll(5) == "hello")
    let third = try connect(address)
    try third.setTimeout(.milliseconds(50))
    let error = try #require(throws: SocketError.self) { try third.receive(upTo: 5) }
    #expect(error.isTimedOut)
    try third.setTimeout(.seconds(30))
    first.close()
    #expect(try third.receiveAll(5) == "hello")
    second.close()
    third.close()
    program.send(SIGTERM)
    #expect(try program.finish() == ["children: 0"])
  }

  /// Processes that have ended are not left behind as zombies while the server waits for the next request.
  @Test func childrenAreReaped() throws {
    let (program, address) = try start("reaping")
    for _ in 0..<5 { #expect(try connect(address).receiveAll(100) == "hello") }
    // Said by a hook of the loop, once it has none left.
    #expect(try program.line() == "5 served, children: 0")
    program.send(SIGTERM)
    try program.finish()
  }

  /// The error is told in the child, whose status says so too; the parent goes on.
  @Test func errorsInHandlers() throws {
    let (program, address) = try start("errors")
    for _ in 0..<2 {
      #expect(try connect(address).receiveAll(100) == "")
      #expect(try program.line() == "handle")
      #expect(try program.line() == "error: Failure()")
    }
    program.send(SIGTERM)
    try program.finish()
  }

  /// A handler that crashes takes no other request with it.
  @Test func crashesInHandlers() throws {
    let (program, address) = try start("crashes")
    for _ in 0..<2 {
      let client = try connect(address)
      try client.sendAll("crash\n".utf8)
      // The kernel closes what the process had open.
      #expect(try client.receiveAll(100) == "")
      let other = try connect(address)
      try other.sendAll("live\n".utf8)
      #expect(try other.receiveAll(100) == "alive")
    }
    program.send(SIGTERM)
    #expect(try program.finish() == ["children: 0"])
  }

  /// What a child asks of its server stays in the child.
  @Test func shutdownInARequest() throws {
    let (program, address) = try start("shutdown")
    for _ in 0..<3 { #expect(try connect(address).receiveAll(100) == "stopping") }
    program.send(SIGTERM)
    #expect(try program.finish() == ["children: 0"])
  }

  /// A request that does not end in time is ended.
  @Test func closingEndsWhatTakesTooLong() throws {
    let (program, address) = try start("grace")
    let client = try connect(address)
    #expect(try client.receiveAll(5) == "hello")
    program.send(SIGTERM)
    #expect(try program.finish() == ["children: 0"])
    #expect(try client.receiveAll(1) == "")
  }

  /// After fifty requests, some of which were reset, as many descriptors are open as before.
  @Test(arguments: ["forking", "sequential", "threading", "multiplexed", "datagrams"])
  func noDescriptorLeaks(_ way: String) throws {
    let lines = try Program.forktest("leaks", way).finish()
    #expect(lines.count == 2)
    #expect(lines.first == lines.last)
  }

  /// Without a descriptor left for the next connection, the server says so, does not turn in circles, and goes on when
  /// there is one again.
  @Test(arguments: ["sequential", "multiplexed"])
  func noDescriptorLeft(_ way: String) throws {
    let lines = try Program.forktest("exhaustion", way).finish()
    #expect(lines == ["exhausted", "few reports", "served"])
  }
}
