internal import CSockets
internal import Glibc

/// The memory of `msg_control`, aligned as the kernel wants it.
struct ControlBuffer: ~Copyable {
  let bytes: UnsafeMutableRawBufferPointer

  /// Room for messages to be received.
  init(capacity: Int) {
    bytes = .allocate(byteCount: capacity, alignment: MemoryLayout<cmsghdr>.alignment)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// Messages to be sent, the descriptors last.
  init(_ messages: [ControlMessage], descriptors: [CInt]) {
    var all = messages
    if !descriptors.isEmpty {
      all.append(
        ControlMessage(
          level: SOL_SOCKET, type: CInt(SCM_RIGHTS), bytes: descriptors.withUnsafeBytes { [UInt8]($0) }))
    }
    self.init(capacity: all.reduce(0) { $0 + csockets_cmsg_space($1.bytes.count) })
    var offset = 0
    for message in all {
      var header = cmsghdr()
      header.cmsg_len = csockets_cmsg_len(message.bytes.count)
      header.cmsg_level = message.level
      header.cmsg_type = message.type
      bytes.storeBytes(of: header, toByteOffset: offset, as: cmsghdr.self)
      let data = UnsafeMutableRawBufferPointer(rebasing: bytes[(offset + csockets_cmsg_len(0))...])
      data.copyBytes(from: message.bytes)
      offset += csockets_cmsg_space(message.bytes.count)
    }
  }

  deinit { bytes.deallocate() }

  /// Room for so many descriptors and so many bytes of other messages.
  static func capacity(descriptors: Int, other: Int) -> Int {
    other + (descriptors > 0 ? csockets_cmsg_space(descriptors * MemoryLayout<CInt>.size) : 0)
  }

  /// `SCM_PIDFD` (asm/socket.h, since Linux 6.5), which glibc does not name yet.
  private static let scmPIDFD: CInt = 4

  /// What the kernel wrote.
  ///
  /// - Returns: The messages, and every descriptor that this process now has, even more than it
  ///   wanted: somebody must close them. Those of processes (`SO_PASSPIDFD`) come last.
  static func parse(_ header: inout msghdr) -> (messages: [ControlMessage], descriptors: [CInt]) {
    var messages: [ControlMessage] = []
    var descriptors: [CInt] = []
    var processes: [CInt] = []
    var next = csockets_cmsg_firsthdr(&header)
    while let control = next {
      let length = Int(control.pointee.cmsg_len) - Int(csockets_cmsg_len(0))
      let data = UnsafeRawBufferPointer(start: csockets_cmsg_data(control), count: max(0, length))
      let numbers = stride(from: 0, to: data.count - 3, by: 4).lazy.map {
        data.loadUnaligned(fromByteOffset: $0, as: CInt.self)
      }
      if control.pointee.cmsg_level == SOL_SOCKET, control.pointee.cmsg_type == CInt(SCM_RIGHTS) {
        descriptors.append(contentsOf: numbers)
      } else if control.pointee.cmsg_level == SOL_SOCKET, control.pointee.cmsg_type == Self.scmPIDFD {
        // The kernel gives -1 when the sender is gone.
        processes.append(contentsOf: numbers.filter { $0 >= 0 })
      } else {
        messages.append(
          ControlMessage(
            level: control.pointee.cmsg_level, type: control.pointee.cmsg_type, bytes: [UInt8](data)))
      }
      next = csockets_cmsg_nxthdr(&header, control)
    }
    return (messages, descriptors + processes)
  }
}
