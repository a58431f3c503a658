public import Sockets

/// Answers the requests of a ``StreamServer``, a new handler for each connection. (Python: `StreamRequestHandler`, and
/// `BaseRequestHandler` of a stream server.)
///
/// ```swift
/// struct Greeter: StreamRequestHandler {
///   func handle(_ request: inout StreamRequest) throws {
///     try request.write("What is your name?\n")
///     guard let name = try request.readLine() else { return }
///     try request.write("Hello, \(name)!\n")
///   }
/// }
/// ```
///
/// A handler may wait for its client. It is made and used in the one thread where its request runs, and need not be
/// `Sendable`; what several handlers share must be. When ``handle(_:)`` is done the connection is closed.
public protocol StreamRequestHandler: ~Copyable, SendableMetatype {
  /// How long each read and write may take; nil for ever. A client that is silent for longer ends its request with
  /// ``SocketError/isTimedOut``. Give one to servers that strangers can reach. (Python: `timeout`.)
  static var timeout: Duration? { get }

  /// Sends small writes at once instead of waiting for the client's acknowledgements (`TCP_NODELAY`): true, unless
  /// said otherwise. (Python: `disable_nagle_algorithm`, false there.)
  static var disablesNagleAlgorithm: Bool { get }

  /// Gathers what is written until a flush, a full buffer or the request's end: false, unless said otherwise.
  /// (Python: `wbufsize`, 0 there.)
  static var buffersWrites: Bool { get }

  /// How many bytes are read ahead and, if writes are buffered, gathered: 8192, unless said otherwise. No memory is
  /// taken before the first read. (Python: `rbufsize`, `wbufsize`.)
  static var bufferSize: Int { get }

  /// How text is written: in UTF-8, unless said otherwise.
  static var encoding: TextEncoding { get }

  /// Called first. (Python: `setup()`.)
  mutating func setup(_ request: inout StreamRequest) throws

  /// Answers the request. (Python: `handle()`.)
  mutating func handle(_ request: inout StreamRequest) throws

  /// Called last, also when ``handle(_:)`` threw, but not when ``setup(_:)`` did. (Python: `finish()`.)
  mutating func finish(_ request: inout StreamRequest) throws
}

extension StreamRequestHandler where Self: ~Copyable {
  public static var timeout: Duration? { nil }
  public static var disablesNagleAlgorithm: Bool { true }
  public static var buffersWrites: Bool { false }
  public static var bufferSize: Int { 8192 }
  public static var encoding: TextEncoding { .utf8 }

  public mutating func setup(_ request: inout StreamRequest) throws {}
  public mutating func finish(_ request: inout StreamRequest) throws {}

  /// All of it, as Python's `BaseRequestHandler.__init__` does.
  consuming func run(_ request: inout StreamRequest) throws {
    try setup(&request)
    do {
      try handle(&request)
    } catch {
      // What went wrong first is told, whatever goes wrong after it.
      try? finish(&request)
      throw error
    }
    try finish(&request)
  }
}
