internal import CSockets
internal import Glibc

/// The ancillary data of a batch of datagrams, one a message, that says how a train of datagrams is cut: `UDP_GRO` as the
/// kernel writes it, `UDP_SEGMENT` as it reads it (man 7 udp).
struct SegmentControls {
  private let bytes: UnsafeMutableRawPointer
  private let sizes: UnsafeMutablePointer<UInt16>

  /// Whether there are any: a batch of plain datagrams has none.
  let isUsed: Bool

  /// By pointer: the thread sanitizer's compiler fails at `inout` parts of what a pointer leads to.
  typealias Header = UnsafeMutablePointer<csockets_mmsghdr>

  /// Room for one control message with an `int`, aligned.
  private static var stride: Int { csockets_cmsg_space(MemoryLayout<CInt>.size) }

  init(capacity: Int) {
    isUsed = capacity > 0
    bytes = .allocate(byteCount: capacity * Self.stride, alignment: MemoryLayout<cmsghdr>.alignment)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: capacity * Self.stride)
    sizes = .allocate(capacity: capacity)
    sizes.initialize(repeating: 0, count: capacity)
  }

  func deallocate() {
    bytes.deallocate()
    sizes.deallocate()
  }

  func size(of index: Int) -> Int { Int(sizes[index]) }

  /// Room for what the kernel may say.
  func prepare(_ header: Header, _ index: Int) {
    header.pointee.msg_hdr.msg_control = bytes + index * Self.stride
    header.pointee.msg_hdr.msg_controllen = Self.stride
  }

  /// What the kernel said: 0 for a datagram that came alone.
  func receivedSize(_ header: Header) -> Int {
    // The message's header is the first thing in it.
    let message = UnsafeRawPointer(header).assumingMemoryBound(to: msghdr.self)
    guard let control = csockets_cmsg_firsthdr(message), control.pointee.cmsg_level == CSOCKETS_SOL_UDP,
      control.pointee.cmsg_type == CSOCKETS_UDP_GRO
    else { return 0 }
    return Int(UnsafeRawPointer(csockets_cmsg_data(control)).loadUnaligned(as: CInt.self))
  }

  /// Says how a message is to be cut; 0 for not at all.
  func setSize(_ size: Int, of header: Header, _ index: Int) {
    sizes[index] = UInt16(truncatingIfNeeded: size)
    guard size > 0 else {
      header.pointee.msg_hdr.msg_control = nil
      header.pointee.msg_hdr.msg_controllen = 0
      return
    }
    let control = bytes + index * Self.stride
    var head = cmsghdr()
    head.cmsg_len = csockets_cmsg_len(MemoryLayout<UInt16>.size)
    head.cmsg_level = CSOCKETS_SOL_UDP
    head.cmsg_type = CSOCKETS_UDP_SEGMENT
    control.storeBytes(of: head, as: cmsghdr.self)
    control.storeBytes(of: UInt16(truncatingIfNeeded: size), toByteOffset: csockets_cmsg_len(0), as: UInt16.self)
    header.pointee.msg_hdr.msg_control = control
    header.pointee.msg_hdr.msg_controllen = csockets_cmsg_space(MemoryLayout<UInt16>.size)
  }
}
