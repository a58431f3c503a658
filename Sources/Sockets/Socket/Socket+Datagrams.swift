internal import CSockets
internal import Glibc

extension Socket {
  /// Receives into a buffer, and tells from whom. (Python: `recvfrom_into()`.)
  ///
  /// - Parameters:
  ///   - buffer: Where to; of a datagram that is longer the rest is lost.
  ///   - flags: How; ``MessageFlags/truncate`` tells a datagram's true length.
  /// - Returns: How many bytes, and the sender, ``SocketAddress/unnamed`` if it has no address. An
  ///   empty datagram is a message like any other.
  /// - Throws: ``SocketError/isTimedOut``, ``SocketError/isWouldBlock``; of a connected datagram socket
  ///   ``SocketError/isConnectionRefused`` when the peer's machine answered that nobody is there.
  public func receiveFrom(
    into buffer: inout MutableRawSpan, flags: MessageFlags = []
  ) throws(SocketError) -> (count: Int, sender: SocketAddress) {
    var native = NativeAddress()
    let count = try buffer.withUnsafeMutableBytes { (room) throws(SocketError) in
      try perform("recvfrom", .readable, flags) { receiveOnce(room, &native, flags) }
    }
    return (count, native.address)
  }

  /// Receives what is there already, without waiting, whatever the socket's timeout; see
  /// ``receiveFrom(into:flags:)``.
  ///
  /// - Returns: nil when there is nothing yet.
  public func tryReceiveFrom(
    into buffer: inout MutableRawSpan, flags: MessageFlags = []
  ) throws(SocketError) -> (count: Int, sender: SocketAddress)? {
    var native = NativeAddress()
    let count = try buffer.withUnsafeMutableBytes { (room) throws(SocketError) in
      try tryPerform("recvfrom") { receiveOnce(room, &native, flags.union(.dontWait)) }
    }
    return count.map { ($0, native.address) }
  }

  /// Receives over the elements of an array, and tells from whom; see ``receiveFrom(into:flags:)``.
  public func receiveFrom(
    into buffer: inout [UInt8], flags: MessageFlags = []
  ) throws(SocketError) -> (count: Int, sender: SocketAddress) {
    var span = buffer.mutableSpan
    var bytes = span.mutableBytes
    return try receiveFrom(into: &bytes, flags: flags)
  }

  /// Receives a datagram, and tells from whom. (Python: `recvfrom()`.)
  ///
  /// - Parameters:
  ///   - maximum: The most bytes to receive; of a datagram that is longer the rest is lost.
  ///   - flags: How.
  /// - Throws: As ``receiveFrom(into:flags:)``.
  public func receiveFrom(
    upTo maximum: Int, flags: MessageFlags = []
  ) throws(SocketError) -> (bytes: [UInt8], sender: SocketAddress) {
    var native = NativeAddress()
    let bytes = try [UInt8](receivingUpTo: maximum) { (room) throws(SocketError) in
      try perform("recvfrom", .readable, flags) { receiveOnce(room, &native, flags) }
    }
    return (bytes, native.address)
  }

  private func receiveOnce(
    _ room: UnsafeMutableRawBufferPointer, _ native: inout NativeAddress, _ flags: MessageFlags
  ) -> Int {
    native.length = NativeAddress.capacity
    return native.withMutablePointer { recvfrom(descriptor, room.baseAddress, room.count, flags.rawValue, $0, $1) }
  }

  /// Sends a datagram to an address. (Python: `sendto()`.)
  ///
  /// - Parameters:
  ///   - bytes: The whole datagram; it may be empty.
  ///   - address: To whom.
  ///   - flags: How.
  /// - Returns: How many bytes, which is all of them.
  /// - Throws: ``SocketError/isMessageTooLong``, ``SocketError/isPermissionDenied`` for a broadcast address
  ///   without ``SocketOption/broadcast``, and what ``send(_:flags:)-(RawSpan,_)`` throws.
  @discardableResult
  public func send(
    _ bytes: RawSpan, to address: SocketAddress, flags: MessageFlags = []
  ) throws(SocketError) -> Int {
    let native = try NativeAddress(address)
    do throws(SocketError) {
      return try bytes.withUnsafeBytes { (bytes) throws(SocketError) in
        try perform("sendto", .writable, flags) { sendOnce(bytes, native, flags) }
      }
    } catch {
      throw error.isWouldBlock ? error : error.withAddress(address)
    }
  }

  /// Sends a datagram without waiting, whatever the socket's timeout; see ``send(_:to:flags:)-(RawSpan,_,_)``.
  ///
  /// - Returns: nil when there is no room.
  public func trySend(
    _ bytes: RawSpan, to address: SocketAddress, flags: MessageFlags = []
  ) throws(SocketError) -> Int? {
    let native = try NativeAddress(address)
    return try bytes.withUnsafeBytes { (bytes) throws(SocketError) in
      try tryPerform("sendto") { sendOnce(bytes, native, flags.union(.dontWait)) }
    }
  }

  private func sendOnce(_ bytes: UnsafeRawBufferPointer, _ native: NativeAddress, _ flags: MessageFlags) -> Int {
    native.withPointer {
      sendto(descriptor, bytes.baseAddress, bytes.count, flags.rawValue | MessageFlags.noSignal, $0, $1)
    }
  }

  /// Sends a datagram to an address; see ``send(_:to:flags:)-(RawSpan,_,_)``.
  @discardableResult
  public func send(
    _ bytes: some Collection<UInt8>, to address: SocketAddress, flags: MessageFlags = []
  ) throws(SocketError) -> Int {
    try bytes.withBytes { (bytes) throws(SocketError) in try send(bytes, to: address, flags: flags) }
  }
}
