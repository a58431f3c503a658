internal import CSockets
internal import Glibc

/// Why the resolver had no answer. (Python: `EAI_…`, the number in a `gaierror`.)
public struct ResolutionFailure: RawRepresentable, Hashable, Sendable {
  /// The C library's number, as in `EAI_NONAME`.
  public let rawValue: CInt

  /// Makes a failure from the C library's number.
  public init(rawValue: CInt) { self.rawValue = rawValue }

  /// No such host or service. (`EAI_NONAME`)
  public static var unknownName: ResolutionFailure { ResolutionFailure(rawValue: EAI_NONAME) }
  /// The host exists but has no address of the family. (`EAI_NODATA`)
  public static var noAddress: ResolutionFailure { ResolutionFailure(rawValue: -5) }
  /// The name server gave no answer for now; asking again later may help. (`EAI_AGAIN`)
  public static var temporary: ResolutionFailure { ResolutionFailure(rawValue: EAI_AGAIN) }
  /// The name server failed for good. (`EAI_FAIL`)
  public static var permanent: ResolutionFailure { ResolutionFailure(rawValue: EAI_FAIL) }
  /// The service is not available for the socket type. (`EAI_SERVICE`)
  public static var unknownService: ResolutionFailure { ResolutionFailure(rawValue: EAI_SERVICE) }
  /// The family is not supported. (`EAI_FAMILY`)
  public static var unsupportedFamily: ResolutionFailure { ResolutionFailure(rawValue: EAI_FAMILY) }
}

extension ResolutionFailure: CustomStringConvertible {
  public var description: String { String(cString: gai_strerror(rawValue)) }
}
