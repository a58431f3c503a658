import Glibc
import LandlineClient
import LandlineProtocol
import NIOCore
import Sockets
import Synchronization

/// Writes one output of a command to a descriptor of this process, as fast as that takes it, and gives it back as credit.
final class RunOutput: Sendable {
  private struct State {
    var pieces: [ByteBuffer] = []
    var isEnded = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let descriptor: Int32
  private let stream: CommandStream
  private let encoding: TextEncoding?
  private let state = Mutex(State())

  /// - Parameter encoding: what the bytes are text in; nil: they are handed on as they are.
  init(_ stream: CommandStream, to descriptor: Int32, encoding: TextEncoding?) {
    self.stream = stream
    self.descriptor = descriptor
    self.encoding = encoding
  }

  /// Adds a piece. There are never more than there was credit for.
  func add(_ piece: ByteBuffer) {
    wake { $0.pieces.append(piece) }
  }

  /// Says that nothing follows.
  func end() {
    wake { $0.isEnded = true }
  }

  private func wake(_ change: (inout State) -> Void) {
    let waiter = state.withLock { state in
      change(&state)
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// How much is given back at once at least, in bytes.
  private static let grant = 131_072

  /// Writes until the end; run it on ``WaitingThreads/executor``, for it waits for the descriptor.
  /// - Throws: `ExitStatus.readerGone` when nobody reads standard output any more.
  func run(for command: RemoteCommand) async throws {
    let decoder = try encoding.map { try Decoder($0) }
    var spent = 0
    while true {
      let pieces = await next()
      if pieces.isEmpty {
        if let rest = try decoder?.finish() { try write([ByteBuffer(bytes: rest)]) }
        return
      }
      let count = pieces.reduce(0) { $0 + $1.readableBytes }
      if let decoder {
        try write(pieces.map { ByteBuffer(bytes: try decoder.decode($0)) })
      } else {
        try write(pieces)
      }
      spent += count
      if spent >= Self.grant {
        // A command that has ended needs no more.
        try? await command.grant(spent, of: stream)
        spent = 0
      }
    }
  }

  /// All there is; waits until there is something; nothing at the end.
  private func next() async -> [ByteBuffer] {
    while true {
      let (pieces, isEnded) = state.withLock { state in
        defer { state.pieces = [] }
        return (state.pieces, state.isEnded)
      }
      if !pieces.isEmpty || isEnded { return pieces }
      await withCheckedContinuation { continuation in
        let isNow = state.withLock { state in
          if !state.pieces.isEmpty || state.isEnded { return true }
          state.waiter = continuation
          return false
        }
        if isNow { continuation.resume() }
      }
    }
  }

  private func write(_ pieces: [ByteBuffer]) throws {
    let isWritten = pieces.allSatisfy { Self.write($0, to: descriptor) }
    // Whom nobody hears on standard error still does its work.
    if !isWritten, stream == .stdout { throw ExitStatus.readerGone }
  }

  private static func write(_ piece: ByteBuffer, to descriptor: Int32) -> Bool {
    piece.withUnsafeReadableBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&interest, 1, -1)
        } else if errno != EINTR {
          return false
        }
      }
      return true
    }
  }

  /// Bytes in another encoding to UTF-8. A class, for it is kept between pieces.
  private final class Decoder {
    private var decoder: IncrementalDecoder

    init(_ encoding: TextEncoding) throws { decoder = try IncrementalDecoder(encoding) }

    func decode(_ piece: ByteBuffer) throws -> [UInt8] {
      Array(try decoder.decode(piece.readableBytesSpan).utf8)
    }

    func finish() throws -> [UInt8] { Array(try decoder.finish().utf8) }
  }
}
