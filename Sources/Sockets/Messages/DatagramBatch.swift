internal import CSockets
internal import Glibc
internal import SystemPackage

/// Many datagrams for one system call, in memory that is used again and again: `recvmmsg`, `sendmmsg`.
///
/// ```swift
/// var batch = DatagramBatch(capacity: 64, datagramSize: 1500)
/// while true {
///   try socket.receive(into: &batch)
///   var sent = 0  // each datagram goes back to its sender
///   while sent < batch.count { sent += try socket.send(batch, from: sent) }
/// }
/// ```
///
/// Nothing is allocated after ``init(capacity:datagramSize:)``. (Python has no counterpart.)
public struct DatagramBatch: ~Copyable, @unchecked Sendable {
  // Sendable although it holds pointers: nobody else has them, and the value cannot be copied. Whoever
  // shares it can only read it and send it, and sending writes nothing here but, by the kernel, how many
  // bytes went (`msg_len`), which is read after receiving only.

  /// The most datagrams.
  public let capacity: Int
  /// The most bytes of each.
  public let datagramSize: Int
  /// How many datagrams there are now.
  public private(set) var count = 0

  /// How many have lengths that a receive must put back to the whole room.
  private var used: Int
  private let bytes: UnsafeMutableRawBufferPointer
  private let headers: UnsafeMutableBufferPointer<csockets_mmsghdr>
  private let vectors: UnsafeMutableBufferPointer<iovec>
  private let addresses: UnsafeMutableBufferPointer<sockaddr_storage>
  private let segments: SegmentControls

  /// Makes room.
  ///
  /// - Parameters:
  ///   - capacity: The most datagrams, 1 to 1024 (what the kernel takes at once).
  ///   - datagramSize: The most bytes of each; of a longer one the rest is lost.
  ///   - segmented: Each may be a train of datagrams of one size, from and to the same address, which the kernel splits
  ///     and joins (see ``segmentSize(of:)``). The socket asks for trains by ``SocketOption/receiveOffload``.
  public init(capacity: Int, datagramSize: Int, segmented: Bool = false) {
    precondition((1...1024).contains(capacity), "a batch of \(capacity) datagrams")
    precondition((1...65_536).contains(datagramSize), "datagrams of \(datagramSize) bytes")
    self.capacity = capacity
    self.datagramSize = datagramSize
    used = capacity
    bytes = .allocate(byteCount: capacity * datagramSize, alignment: 16)
    headers = .allocate(capacity: capacity)
    vectors = .allocate(capacity: capacity)
    addresses = .allocate(capacity: capacity)
    segments = SegmentControls(capacity: segmented ? capacity : 0)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    headers.initialize(repeating: csockets_mmsghdr())
    vectors.initialize(repeating: iovec())
    addresses.initialize(repeating: sockaddr_storage())
    for index in 0..<capacity {
      vectors[index].iov_base = bytes.baseAddress.map { $0 + index * datagramSize }
      headers[index].msg_hdr.msg_iov = vectors.baseAddress.map { $0 + index }
      headers[index].msg_hdr.msg_iovlen = 1
      headers[index].msg_hdr.msg_name = addresses.baseAddress.map { UnsafeMutableRawPointer($0 + index) }
    }
  }

  deinit {
    bytes.deallocate()
    headers.deallocate()
    vectors.deallocate()
    addresses.deallocate()
    segments.deallocate()
  }

  /// Forgets all datagrams.
  public mutating func removeAll() { count = 0 }

  /// Calls with a datagram's bytes.
  public func withBytes<Result: ~Copyable, Failure>(
    of index: Int, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(room(of: index)).bytes)
  }

  /// Calls with a datagram's bytes to change them where they lie.
  public mutating func withMutableBytes<Result: ~Copyable, Failure>(
    of index: Int, _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var bytes = room(of: index).mutableBytes
    return try body(&bytes)
  }

  /// Appends a datagram to be sent.
  ///
  /// - Parameters:
  ///   - datagram: Its bytes, at most ``datagramSize``; there may be none.
  ///   - address: To whom; ``SocketAddress/unnamed`` for the connected peer.
  /// - Returns: false when the batch is full: send it, and append again.
  /// - Throws: ``SocketError/isMessageTooLong``, ``SocketError/Code/invalidAddress``.
  public mutating func append(_ datagram: RawSpan, to address: SocketAddress) throws(SocketError) -> Bool {
    guard count < capacity else { return false }
    guard datagram.byteCount <= datagramSize else { throw SocketError("sendmmsg", .messageTooLong, address) }
    if case .unnamed = address {
      headers[count].msg_hdr.msg_namelen = 0
    } else {
      let native = try NativeAddress(address)
      addresses[count] = native.storage
      headers[count].msg_hdr.msg_namelen = native.length
    }
    vectors[count].iov_len = datagram.byteCount
    if segments.isUsed { segments.setSize(0, of: header(count), count) }
    count += 1
    used = max(used, count)
    let room = room(of: count - 1)
    datagram.withUnsafeBytes { room.copyBytes(from: $0) }
    return true
  }

  /// Appends a datagram of any collection's bytes; see ``append(_:to:)-(RawSpan,_)``.
  public mutating func append(
    _ datagram: some Collection<UInt8>, to address: SocketAddress
  ) throws(SocketError) -> Bool {
    try datagram.withBytes { (bytes) throws(SocketError) in try append(bytes, to: address) }
  }

  /// Appends a train of datagrams to one address: the kernel cuts the bytes into pieces of a size, of which the last may
  /// be shorter (`UDP_SEGMENT`, man 7 udp).
  ///
  /// - Parameters:
  ///   - datagrams: All of them, one behind the other: at most 64, and 65,507 bytes.
  ///   - size: The bytes of each.
  ///   - address: As for ``append(_:to:)-(RawSpan,_)``.
  /// - Precondition: The batch was made `segmented`.
  public mutating func append(
    _ datagrams: RawSpan, segmentSize size: Int, to address: SocketAddress
  ) throws(SocketError) -> Bool {
    precondition(segments.isUsed, "a batch that was not made segmented")
    precondition((1...65_507).contains(size), "datagrams of \(size) bytes")
    guard try append(datagrams, to: address) else { return false }
    if size < datagrams.byteCount { segments.setSize(size, of: header(count - 1), count - 1) }
    return true
  }

  /// Of a train of datagrams the size of each but the last, which may be shorter; else the number of bytes.
  public func segmentSize(of index: Int) -> Int {
    let size = segments.isUsed ? segments.size(of: index) : 0
    return size > 0 ? size : room(of: index).count
  }

  private func header(_ index: Int) -> UnsafeMutablePointer<csockets_mmsghdr> {
    guard let first = headers.baseAddress else { preconditionFailure("a batch without room") }
    return first + index
  }

  private func room(of index: Int) -> UnsafeMutableRawBufferPointer {
    precondition((0..<count).contains(index), "datagram \(index) of \(count)")
    let start = index * datagramSize
    return UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + vectors[index].iov_len])
  }

  /// Who sent a datagram, or who gets it; ``SocketAddress/unnamed`` for the connected peer.
  public func address(of index: Int) -> SocketAddress {
    precondition((0..<count).contains(index), "datagram \(index) of \(count)")
    var native = NativeAddress()
    native.storage = addresses[index]
    native.length = headers[index].msg_hdr.msg_namelen
    return native.address
  }

  /// Calls `recvmmsg` with all the room there is, and takes what it brought.
  mutating func receive(_ call: (UnsafeMutablePointer<csockets_mmsghdr>?, Int) -> Int) -> Int {
    for index in 0..<used {
      vectors[index].iov_len = datagramSize
      headers[index].msg_hdr.msg_namelen = NativeAddress.capacity
      if segments.isUsed { segments.prepare(header(index), index) }
    }
    let received = call(headers.baseAddress, capacity)
    count = max(0, received)
    used = count
    for index in 0..<count {
      vectors[index].iov_len = Int(headers[index].msg_len)
      // As it came, so it is sent.
      if segments.isUsed {
        let size = segments.receivedSize(header(index))
        segments.setSize(size, of: header(index), index)
      }
    }
    return received
  }

  /// Calls `sendmmsg` with the datagrams from one on.
  func send(from start: Int, _ call: (UnsafeMutablePointer<csockets_mmsghdr>?, Int) -> Int) -> Int {
    call(headers.baseAddress.map { $0 + start }, count - start)
  }
}
