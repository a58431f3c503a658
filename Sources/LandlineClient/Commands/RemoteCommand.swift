public import LandlineProtocol
public import NIOCore
import Synchronization

/// A command that runs on the server, or a job that is followed; see ``Connection/run(_:_:)``.
///
/// One task takes events; any task may send. Every byte of output has to be given back as credit when it has been dealt
/// with, else the server stops sending that stream.
public struct RemoteCommand: Sendable {
  /// What the server says.
  public enum Event: Sendable {
    /// It runs.
    case started(StartedAnswer)
    /// A piece of what it writes.
    case output(CommandStream, ByteBuffer)
    /// So many more bytes may be sent to its standard input.
    case credit(Int)
    /// It has ended; nothing follows.
    case exited(ExitedAnswer)
  }

  /// How many bytes of standard input may be sent to begin with, and are sent of each output without credit.
  public static let initialCredit = 262_144
  /// How many bytes of one output may be on their way.
  static let window = 2_097_152

  let request: OpenRequest
  private let stream = StreamInProgress()

  init(_ request: OpenRequest) { self.request = request }

  /// The connection's own loop, where events arrive: who takes them there does not change threads for each, and must not
  /// wait for anything else.
  public var loop: any TaskExecutor { request.connection.loop }

  /// The next event. For one task.
  /// - Throws: `refused`; `connectionLost`.
  public func next() async throws -> Event {
    while true {
      switch try await request.next() {
      case .slice(let piece):
        if let current = stream.current.withLock({ $0 }) { return .output(current, piece) }
      case .reply(.command(let reply), _):
        stream.current.withLock { $0 = nil }
        switch reply {
        case .started(let started): return .started(started)
        case .stdout: stream.current.withLock { $0 = .stdout }
        case .stderr: stream.current.withLock { $0 = .stderr }
        case .credit(let credit): return .credit(credit.bytes)
        case .exited(let exited): return .exited(exited)
        case .detached, .jobs, .killed: throw ClientError.unexpected(.command(reply), to: "a command")
        }
      case .reply(.working, _): break
      case .reply(let reply, _): throw ClientError.unexpected(reply, to: "a command")
      }
    }
  }

  /// Says that so many bytes of an output have been dealt with.
  public func grant(_ bytes: Int, of stream: CommandStream) async throws {
    if bytes > 0 { try await send(.credit(Credit(stream, bytes: bytes))) }
  }

  /// Sends a piece to its standard input, for which there must be credit.
  public func write(_ piece: ByteBuffer) async throws {
    try await request.send(.command(.input(InputRequest())), body: piece)
  }

  /// Says that nothing more comes for its standard input.
  public func endInput() async throws { try await send(.input(InputRequest(end: true))) }

  /// Sends a signal to its process group.
  public func signal(_ signal: CommandSignal) async throws { try await send(.signal(SignalRequest(signal))) }

  /// Says how large the terminal is now.
  public func resize(columns: Int, rows: Int) async throws {
    try await send(.resize(ResizeRequest(columns: columns, rows: rows)))
  }

  private func send(_ operation: CommandOperation) async throws { try await request.send(.command(operation)) }
}

/// Which output the slices that come belong to.
private final class StreamInProgress: Sendable {
  let current = Mutex<CommandStream?>(nil)
}
