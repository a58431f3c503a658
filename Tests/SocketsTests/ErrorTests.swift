import Addresses
import CSockets
import Glibc
import Sockets
import SystemPackage
import Testing

@Suite("Errors say what was tried, on what, and why it failed")
struct ErrorTests {
  @Test("nobody listens")
  func refused() throws {
    let reserved = try Socket(.ipv4)
    try reserved.bind(to: .ipv4(.loopback, port: 0))
    let address = try reserved.localAddress
    let error = try failure { try Socket(connectingTo: address) }
    #expect(error.isConnectionRefused && !error.isDisconnected && error.code == .systemCall)
    #expect(error.errno == .connectionRefused && error.call == "connect" && error.address == address)
    #expect(
      "\(error)" == "connect \(address): Connection refused. Is a server running there, and listening on this address?")
  }

  @Test("the address is taken")
  func inUse() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let address = try listener.localAddress
    let error = try failure { try Socket(listeningOn: address) }
    #expect(error.isAddressInUse && error.address == address && error.call == "bind")
    #expect("\(error)".contains("choose another port"))
    let path = SocketAddress.unix(path: temporaryPath())
    let unix = try Socket(listeningOn: path)
    unix.close()
    let stale = try failure { try Socket(listeningOn: path) }
    #expect(stale.isAddressInUse && "\(stale)".contains("remove the file"))
    if case .unix(let bytes) = path { unlink(bytes.text) }
  }

  @Test("the address is no address of this machine's")
  func notAvailable() throws {
    // 192.0.2.0/24 belongs to nobody, but a machine that documents itself may use it; 198.51.100.0/24 likewise.
    let addresses = [IPv4Address(198, 51, 100, 77), IPv4Address(203, 0, 113, 77)]
    let errors = try addresses.map { address in
      try failure { try Socket(listeningOn: .ipv4(address, port: 0)) }
    }
    #expect(errors.allSatisfy { $0.isAddressNotAvailable && "\($0)".contains("ip address") })
  }

  @Test("no such Unix socket, and a file that is none")
  func notFound() throws {
    let path = temporaryPath()
    let error = try failure { try Socket(connectingTo: .unix(path: path)) }
    #expect(error.isNotFound && "\(error)".contains("is it running"))
    close(creat(path, 0o600))
    #expect(try failure { try Socket(connectingTo: .unix(path: path)) }.isConnectionRefused)
    unlink(path)
  }

  @Test("a socket that is not connected")
  func notConnected() throws {
    let socket = try Socket(.ipv4)
    #expect(try failure { try socket.peerAddress }.isNotConnected)
    #expect(try failure { try socket.receive(upTo: 1) }.isNotConnected)
    #expect(try failure { try socket.shutdown(.both) }.isNotConnected)
    #expect(try failure { try socket.send("x".utf8) }.isBrokenPipe)
    let datagrams = try Socket(.ipv4, .datagram)
    #expect(try failure { try datagrams.send("x".utf8) }.errno == .addressRequired)
    #expect(try failure { try datagrams.listen() }.isNotSupported)
    #expect(try failure { try socket.accept() }.errno == .invalidArgument)
  }

  @Test("what the kernel does not have")
  func notSupported() throws {
    #expect(try failure { try Socket(AddressFamily(rawValue: 254)) }.isNotSupported)
    #expect(try failure { try Socket(.ipv4, .stream, protocol: .udp) }.isNotSupported)
    #expect(try failure { try Socket(.ipv4, .seqpacket, protocol: .udp) }.isNotSupported)
  }

  @Test("Python resets the connection", arguments: [Place.ipv4, .ipv6])
  func reset(place: Place) throws {
    let listener = try Socket(listeningOn: place.address())
    let python = try PythonPeer(
      """
      import struct
      for _ in range(2):
        peer = socket.create_connection(\(try listener.localAddress.python)[:2])
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        hear()
        peer.close()
        say("reset")
      """)
    let first = try listener.accept()
    try python.tell("go on")
    #expect(try python.line() == "reset")
    let error = try failure { try first.socket.receive(upTo: 1) }
    #expect(error.isConnectionReset && error.isDisconnected && error.call == "recv")
    // The reset is said once; then the connection is over.
    #expect(try first.socket.receive(upTo: 1) == [])
    #expect(try failure { try first.socket.sendAll("x".utf8) }.isBrokenPipe)

    let second = try listener.accept()
    try python.tell("go on")
    #expect(try python.line() == "reset")
    // Sent before anything was received: the first send may still go, then the reset shows.
    let sending = try failure { while true { try second.socket.sendAll([UInt8](repeating: 0, count: 100_000)) } }
    #expect(sending.isConnectionReset || sending.isBrokenPipe)
    try python.finish()
  }

  @Test("a reset of ours is one to Python")
  func resetting() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let python = try PythonPeer(
      """
      peer = socket.create_connection(\(try listener.localAddress.python))
      try: peer.recv(1)
      except ConnectionResetError: say("reset")
      """)
    let accepted = try listener.accept()
    try accepted.socket.setOption(.linger, to: .upTo(seconds: 0))
    let socket = accepted.socket
    socket.close()
    #expect(try python.line() == "reset")
    try python.finish()
  }

  @Test("predicates answer for their errno alone")
  func predicates() throws {
    let cases: [(KeyPath<SocketError, Bool>, [CInt])] = [
      (\.isWouldBlock, [EAGAIN, EINPROGRESS, EALREADY]), (\.isInProgress, [EINPROGRESS, EALREADY]),
      (\.isTimedOut, [ETIMEDOUT]), (\.isConnectionReset, [ECONNRESET]), (\.isConnectionRefused, [ECONNREFUSED]),
      (\.isConnectionAborted, [ECONNABORTED]), (\.isBrokenPipe, [EPIPE]),
      (\.isDisconnected, [ECONNRESET, ECONNABORTED, EPIPE]), (\.isAddressInUse, [EADDRINUSE]),
      (\.isAddressNotAvailable, [EADDRNOTAVAIL]), (\.isNotConnected, [ENOTCONN]), (\.isAlreadyConnected, [EISCONN]),
      (\.isUnreachable, [EHOSTUNREACH, ENETUNREACH]), (\.isPermissionDenied, [EACCES, EPERM]),
      (\.isMessageTooLong, [EMSGSIZE]), (\.isNotFound, [ENOENT]), (\.isTooManyOpenFiles, [EMFILE, ENFILE]),
      (
        \.isNotSupported,
        [EOPNOTSUPP, EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EPFNOSUPPORT, ENOSYS, ENOPROTOOPT]
      ),
    ]
    for (predicate, numbers) in cases {
      for number in 1...133 as ClosedRange<CInt> {
        let error = SocketError("test", Errno(rawValue: number))
        #expect(error[keyPath: predicate] == numbers.contains(number), "\(predicate) of \(number)")
      }
    }
  }

  @Test("an error of one's own prints like the others")
  func ownErrors() {
    #expect("\(SocketError("bind", .permissionDenied, .ipv4(.any, port: 80)))".contains("CAP_NET_BIND_SERVICE"))
    #expect("\(SocketError("socket", .tooManyOpenFiles))".contains("ulimit -n"))
    #expect("\(SocketError("recv", .connectionReset))" == "recv: Connection reset by peer")
  }
}
