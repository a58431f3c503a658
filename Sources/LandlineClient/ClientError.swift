public import LandlineProtocol

/// What a client's call ended in when it did not end well: a code for programs, a sentence for people.
///
/// The sentence says what was tried, on what, why it failed, and where it helps what to do.
public struct ClientError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure; later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The server did not prove to be the right one; nothing was sent.
    public static let notTrusted = Code(rawValue: "not-trusted")
    /// The server could not be reached, or was lost and did not come back in time.
    public static let cannotConnect = Code(rawValue: "cannot-connect")
    /// The connection ended with requests open.
    public static let connectionLost = Code(rawValue: "connection-lost")
    /// The server answered with an error; ``ClientError/refusal`` has it.
    public static let refused = Code(rawValue: "refused")
    /// The server broke the protocol.
    public static let badAnswer = Code(rawValue: "bad-answer")
    /// No joined server fits the name, or none was named and there are several.
    public static let noSuchServer = Code(rawValue: "no-such-server")
    /// Something on this machine: a file that cannot be read or written.
    public static let localFile = Code(rawValue: "local-file")
    /// The local name is taken.
    public static let exists = Code(rawValue: "exists")
    /// The local file changed while it was read.
    public static let changed = Code(rawValue: "changed")
    /// What arrived is not what was sent.
    public static let mismatch = Code(rawValue: "mismatch")
    /// Another process works on the same thing.
    public static let busy = Code(rawValue: "busy")
    /// The caller asked for something that makes no sense.
    public static let usage = Code(rawValue: "usage")

    public var description: String { rawValue }
  }

  public var code: Code
  /// A sentence for people: what was tried, on what, and why it failed. Without a period at its end.
  public var message: String
  /// What to do about it, in whole sentences.
  public var advice: String?
  /// The server's own words, when `code` is `refused`.
  public var refusal: LineError?
  /// Whether the same may succeed in a moment, for `cannotConnect`: not when the name has no address, say.
  var mayPass = true
  /// Whether too many files are open.
  var lacksDescriptors = false

  public init(_ code: Code, _ message: String, advice: String? = nil) {
    self.code = code
    self.message = message
    self.advice = advice
  }

  /// What the server answered.
  public init(_ refusal: LineError) {
    code = .refused
    message = refusal.message
    self.refusal = refusal
  }

  /// The server's code for a refusal, the client's own otherwise: what stands in `--json` output.
  public var codeName: String { refusal?.code.rawValue ?? code.rawValue }

  /// Message and advice.
  public var description: String { advice.map { "\(message). \($0)" } ?? message }
}

extension ClientError {
  /// Whether the same request on a new connection may succeed.
  ///
  /// `shutting-down` and `timeout` are the server's ways to lose a connection in order.
  var isLoss: Bool {
    code == .connectionLost || refusal?.code == .shuttingDown || refusal?.code == .timeout
  }

  /// Whether a file that failed so is worth another try when others are through.
  var mayPassSoon: Bool { code == .busy || lacksDescriptors }

  /// Of `cannotConnect`: trying again soon is pointless.
  static func unreachable(_ message: String) -> ClientError {
    var error = ClientError(.cannotConnect, message)
    error.mayPass = false
    return error
  }

  static func lost(_ why: String) -> ClientError {
    ClientError(.connectionLost, "the connection was lost: \(why)")
  }

  static func unexpected(_ reply: Reply, to what: String) -> ClientError {
    if case .error(let error) = reply { return ClientError(error) }
    return ClientError(
      .badAnswer, "the server gave an answer that does not fit \(what); is it another version?")
  }
}
