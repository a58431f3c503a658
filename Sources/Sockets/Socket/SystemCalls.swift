internal import CSockets
internal import Glibc
internal import SystemPackage

/// The system calls whose names Swift's own methods hide.
enum SystemCalls {
  /// Linux frees the number whatever `close` answers, so that to try again could close another
  /// thread's new descriptor (man 2 close, NOTES).
  static func close(_ descriptor: CInt) { _ = Glibc.close(descriptor) }

  static func socket(_ family: CInt, _ type: CInt, _ number: CInt) -> CInt { Glibc.socket(family, type, number) }
  static func bind(_ fd: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
    Glibc.bind(fd, address, length)
  }
  static func listen(_ fd: CInt, _ backlog: CInt) -> CInt { Glibc.listen(fd, backlog) }
  static func connect(_ fd: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
    Glibc.connect(fd, address, length)
  }
  static func shutdown(_ fd: CInt, _ how: CInt) -> CInt { Glibc.shutdown(fd, how) }
  static func send(_ fd: CInt, _ bytes: UnsafeRawBufferPointer, _ flags: CInt) -> Int {
    Glibc.send(fd, bytes.baseAddress, bytes.count, flags)
  }
  static func recv(_ fd: CInt, _ room: UnsafeMutableRawBufferPointer, _ flags: CInt) -> Int {
    Glibc.recv(fd, room.baseAddress, room.count, flags)
  }

  /// The last call's error.
  static var lastError: Errno { Errno(rawValue: Glibc.errno) }
}
