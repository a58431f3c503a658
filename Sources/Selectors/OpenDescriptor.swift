internal import Glibc
internal import SystemPackage

/// `poll` and `select` learn only at the next wait that a number is no open file's, and say so late or not at all: they
/// are asked for it at registration.
enum OpenDescriptor {
  static func check(_ descriptor: CInt) throws(SelectorError) {
    guard isOpen(descriptor) else { throw .invalid(descriptor, .badFileDescriptor) }
  }

  static func isOpen(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) >= 0 }
}
