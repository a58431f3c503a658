import Addresses
import CSockets
import Glibc
import Sockets
import Synchronization
import SystemPackage
import Testing

/// How often the handler below has run. It may touch nothing but atomics.
private let interruptionCount = Atomic(0)
private let brokenPipeCount = Atomic(0)

private func count(_ signal: CInt) {
  if signal == SIGPIPE {
    brokenPipeCount.add(1, ordering: .sequentiallyConsistent)
  } else {
    interruptionCount.add(1, ordering: .sequentiallyConsistent)
  }
}

/// Lets a signal be counted, without SA_RESTART: a system call that it meets is interrupted.
private func countSignal(_ signal: CInt) -> sigaction {
  interruptionCount.store(0, ordering: .sequentiallyConsistent)
  brokenPipeCount.store(0, ordering: .sequentiallyConsistent)
  var action = sigaction()
  action.__sigaction_handler.sa_handler = count
  var before = sigaction()
  sigaction(signal, &action, &before)
  return before
}

@Suite("Signals", .serialized)
struct SignalTests {
  /// Interrupts a thread until it has been interrupted so many times more.
  private func interrupt<Value>(_ background: Background<Value>, times: Int) {
    let goal = interruptionCount.load(ordering: .sequentiallyConsistent) + times
    while interruptionCount.load(ordering: .sequentiallyConsistent) < goal, !background.isFinished {
      // Not joined yet: its number is its own still.
      pthread_kill(background.thread, SIGUSR1)
      // The next one when this one has been taken: signals of one kind do not queue.
      sched_yield()
    }
  }

  @Test("a receive, an accept and a send that signals interrupt go on")
  func interruptions() throws {
    var before = countSignal(SIGUSR1)
    defer { sigaction(SIGUSR1, &before, nil) }
    let pair = try SocketPair()
    let (first, second) = (Shared(pair.first), Shared(pair.second))
    let receiving = try Background { try second.socket.receive(upTo: 10) }
    interrupt(receiving, times: 20)
    try first.socket.sendAll("at last".utf8)
    #expect(try receiving.wait().text == "at last")

    let listener = Shared(try Socket(listeningOn: .ipv4(.loopback, port: 0)))
    let accepting = try Background { try listener.socket.accept().peerAddress }
    interrupt(accepting, times: 20)
    let client = try Socket(connectingTo: try listener.socket.localAddress)
    #expect(try accepting.wait() == client.localAddress)

    let bytes = [UInt8].pattern(3_000_000)
    let sending = try Background { try first.socket.sendAll(bytes) }
    interrupt(sending, times: 20)
    #expect(try second.socket.receive(exactly: bytes.count) == bytes)
    try sending.wait()
  }

  @Test("signals make no timeout longer")
  func deadlines() throws {
    var before = countSignal(SIGUSR1)
    defer { sigaction(SIGUSR1, &before, nil) }
    let pair = try SocketPair()
    try pair.first.setTimeout(.milliseconds(100))
    let first = Shared(pair.first)
    let receiving = try Background { () -> (SocketError, Double) in
      var error: SocketError?
      let time = try seconds { error = try failure { try first.socket.receive(upTo: 10) } }
      return (try #require(error), time)
    }
    interrupt(receiving, times: 20)
    let (error, time) = try receiving.wait()
    #expect(error.isTimedOut && time >= 0.1 && time < 10)
  }

  @Test("a connect that a signal interrupts goes on")
  func connect() throws {
    var before = countSignal(SIGUSR1)
    defer { sigaction(SIGUSR1, &before, nil) }
    // The queue is full, so that the connect waits until somebody is accepted.
    let listener = try Socket(listeningOn: .unix(path: temporaryPath()), backlog: 0)
    let address = try listener.localAddress
    let first = try Socket(connectingTo: address)
    let connecting = try Background { try Socket(connectingTo: address).peerAddress }
    interrupt(connecting, times: 20)
    _ = try listener.accept()
    #expect(try connecting.wait() == address)
    first.close()
    if case .unix(let path) = address { unlink(path.text) }
  }

  @Test("SIGPIPE never arrives, by whatever call")
  func brokenPipes() throws {
    var before = countSignal(SIGPIPE)
    defer { sigaction(SIGPIPE, &before, nil) }
    // A thread of its own, where the signal is not blocked.
    try Background { try Self.breakPipes() }.wait()
  }

  private static func breakPipes() throws {
    let file = open(#filePath, O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    let bytes = [UInt8](repeating: 1, count: 1000)
    var batch = DatagramBatch(capacity: 1, datagramSize: 10)
    _ = try batch.append(bytes[..<10], to: .unnamed)
    let calls: [(String, (borrowing Socket) throws -> Void)] = [
      ("send", { _ = try $0.send(bytes) }), ("sendAll", { try $0.sendAll(bytes) }),
      ("trySend", { _ = try $0.trySend(bytes.span.bytes) }),
      ("sendMessage", { try $0.sendMessage(bytes) }), ("send(to:)", { try $0.send(bytes, to: .unnamed) }),
      ("batch", { _ = try $0.send(batch) }), ("trySend batch", { _ = try $0.trySend(batch) }),
      ("sendFile", { try $0.sendFile(file, offset: 0) }),
    ]
    for (name, call) in calls {
      let pair = try SocketPair()
      let first = pair.first
      let second = pair.second
      second.close()
      let error = try failure { try call(first) }
      #expect(error.isBrokenPipe || (name == "send(to:)" && error.isAlreadyConnected), "\(name): \(error)")
    }
    let pipe = try Pipe()
    let pair = try SocketPair()
    let first = pair.first
    let second = pair.second
    second.close()
    #expect(write(pipe.writer, bytes, bytes.count) == bytes.count)
    #expect(try failure { try first.sendFile(pipe.reader, count: 10) }.isBrokenPipe)
    #expect(brokenPipeCount.load(ordering: .sequentiallyConsistent) == 0)
    // And the counter works: a plain write raises it.
    #expect(write(first.descriptor, bytes, 1) == -1 && errno == EPIPE)
    #expect(brokenPipeCount.load(ordering: .sequentiallyConsistent) == 1)
  }

  @Test("sendFile takes no SIGPIPE back that was there before")
  func pendingSignal() throws {
    var before = countSignal(SIGPIPE)
    defer { sigaction(SIGPIPE, &before, nil) }
    let isPending = try Background { () -> Bool in
      var set = sigset_t()
      sigemptyset(&set)
      sigaddset(&set, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &set, nil)
      pthread_kill(pthread_self(), SIGPIPE)
      let pair = try SocketPair()
      let first = pair.first
      let second = pair.second
      second.close()
      let file = open(#filePath, O_RDONLY | O_CLOEXEC)
      defer { close(file) }
      #expect(try failure { try first.sendFile(file) }.isBrokenPipe)
      var pending = sigset_t()
      sigpending(&pending)
      return sigismember(&pending, SIGPIPE) == 1
    }
    #expect(try isPending.wait())
  }
}
