import LandlineProtocol
import Logging
import NIOSSL

extension ServerIdentity {
  /// Days from which on its operator is warned.
  static let warningDays: Int64 = 14

  /// Seconds since 1970 when the first certificate of the chain expires.
  var expires: Int64? { chain.map { Int64($0.notValidAfter) }.min() }

  /// Tells the log when the operator's own certificate expires soon. Nobody looks at the dates of a pinned one.
  func warnOfExpiry(now: Int64, _ logger: Logger) {
    guard case .certificateAuthorities = trust, let expires else { return }
    let days = (expires - now) / 86_400
    if expires <= now {
      logger.error("the certificate has expired: clients refuse it", metadata: ["expired": "\(expires)"])
    } else if days < Self.warningDays {
      logger.warning("the certificate expires soon", metadata: ["days": "\(days)", "expires": "\(expires)"])
    }
  }
}
