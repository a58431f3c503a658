/// The closed list of error codes of the line protocol (docs/PROTOCOL.md section 3).
public struct ErrorCode: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let badRequest = ErrorCode(rawValue: "bad-request")
  public static let tooLarge = ErrorCode(rawValue: "too-large")
  public static let unsupported = ErrorCode(rawValue: "unsupported")
  public static let unauthenticated = ErrorCode(rawValue: "unauthenticated")
  public static let forbidden = ErrorCode(rawValue: "forbidden")
  public static let badPath = ErrorCode(rawValue: "bad-path")
  public static let notFound = ErrorCode(rawValue: "not-found")
  public static let exists = ErrorCode(rawValue: "exists")
  public static let wrongKind = ErrorCode(rawValue: "wrong-kind")
  public static let notEmpty = ErrorCode(rawValue: "not-empty")
  public static let mismatch = ErrorCode(rawValue: "mismatch")
  public static let changed = ErrorCode(rawValue: "changed")
  public static let superseded = ErrorCode(rawValue: "superseded")
  public static let noSpace = ErrorCode(rawValue: "no-space")
  public static let tooMany = ErrorCode(rawValue: "too-many")
  public static let timeout = ErrorCode(rawValue: "timeout")
  public static let shuttingDown = ErrorCode(rawValue: "shutting-down")
  public static let cancelled = ErrorCode(rawValue: "cancelled")
  public static let `internal` = ErrorCode(rawValue: "internal")

  public var description: String { rawValue }
}

/// What a request ended in when it did not end well: a code for programs, a sentence for people.
///
/// Services throw it, the line carries it, the client throws it again.
public struct LineError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  public var code: ErrorCode
  public var message: String

  public init(_ code: ErrorCode, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(message) (\(code))" }
}
