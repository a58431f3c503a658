internal import CSockets
internal import Glibc
public import SystemPackage

extension Socket {
  /// Sets an option. (Python: `setsockopt()`.)
  ///
  /// - Throws: ``SocketError`` with `ENOPROTOOPT` for what this kind of socket does not have, and
  ///   ``SocketError/isPermissionDenied``.
  public func setOption<Value>(_ option: SocketOption<Value>, to value: Value) throws(SocketError) {
    try setOption(level: option.level, name: option.name, bytes: value.optionBytes)
  }

  /// Reads an option. (Python: `getsockopt()`.)
  ///
  /// - Throws: ``SocketError`` with `ENOPROTOOPT` for what this kind of socket does not have.
  public func option<Value>(_ option: SocketOption<Value>) throws(SocketError) -> Value {
    let bytes = try self.option(level: option.level, name: option.name, maximumSize: Value.maximumOptionSize)
    guard let value = Value(optionBytes: bytes.span.bytes) else {
      throw SocketError("getsockopt", .invalidArgument)
    }
    return value
  }

  /// Sets an option of any kind from the bytes of its C structure. (Python: `setsockopt()` with bytes.)
  public func setOption(level: CInt, name: CInt, bytes: [UInt8]) throws(SocketError) {
    guard setsockopt(descriptor, level, name, bytes, socklen_t(bytes.count)) == 0 else {
      throw SocketError("setsockopt", SystemCalls.lastError)
    }
  }

  /// Reads the bytes of an option of any kind. (Python: `getsockopt(level, name, size)`.)
  ///
  /// - Parameters:
  ///   - level: Whose it is.
  ///   - name: Which one.
  ///   - maximumSize: The most bytes to read.
  public func option(level: CInt, name: CInt, maximumSize: Int) throws(SocketError) -> [UInt8] {
    var length = socklen_t(maximumSize)
    var bytes = [UInt8](repeating: 0, count: maximumSize)
    guard getsockopt(descriptor, level, name, &bytes, &length) == 0 else {
      throw SocketError("getsockopt", SystemCalls.lastError)
    }
    return Array(bytes.prefix(Int(length)))
  }

  /// Asks a silent peer whether it is there still. (`SO_KEEPALIVE`, `TCP_KEEPIDLE`, `TCP_KEEPINTVL`, `TCP_KEEPCNT`)
  ///
  /// - Parameters:
  ///   - idle: How long a silence before the first question; whole seconds, rounded up.
  ///   - interval: How long between questions; whole seconds, rounded up.
  ///   - count: How many questions without an answer end the connection, with ``SocketError/isTimedOut``.
  public func keepAlive(idle: Duration, interval: Duration, count: Int) throws(SocketError) {
    try setOption(.keepAliveIdle, to: idle.wholeSeconds)
    try setOption(.keepAliveInterval, to: interval.wholeSeconds)
    try setOption(.keepAliveCount, to: count)
    try setOption(.keepAlive, to: true)
  }

  /// Takes the failure that waits on the socket, if one does, and clears it. (Python: `getsockopt(SOL_SOCKET, SO_ERROR)`.)
  public func takeError() throws(SocketError) -> Errno? {
    let number = try option(SocketOption<Int>(level: SOL_SOCKET, name: SO_ERROR))
    return number == 0 ? nil : Errno(rawValue: CInt(number))
  }
}

extension Duration {
  fileprivate var wholeSeconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) + (attoseconds > 0 ? 1 : 0)
  }
}
