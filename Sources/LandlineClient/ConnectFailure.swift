import NIOCore
import NIOPosix

/// Sentences for the ways in which TCP does not connect.
enum ConnectFailure {
  static func error(_ error: any Error, place: String) -> ClientError {
    if let known = error as? ClientError { return known }
    let message = "cannot connect to \(place): \(describe(error))"
    return isUnknownName(error)
      ? .unreachable(message) : ClientError(.cannotConnect, message)
  }

  private static func isUnknownName(_ error: any Error) -> Bool {
    guard let error = error as? NIOConnectionError else { return error is SocketAddressError }
    return error.connectionErrors.isEmpty && (error.dnsAError != nil || error.dnsAAAAError != nil)
  }

  static func describe(_ error: any Error) -> String {
    switch error {
    case let error as IOError:
      return errnoText(error.errnoCode)
    case ChannelError.connectTimeout(let amount):
      return "no answer within \(amount.nanoseconds / 1_000_000_000) seconds"
    case let error as NIOConnectionError:
      if let failure = error.connectionErrors.first {
        return describe(failure.error)
      }
      if error.dnsAError != nil || error.dnsAAAAError != nil {
        return "no address is known for the name '\(error.host)'"
      }
      return "no answer in time"
    case is SocketAddressError:
      return "no address is known for that name"
    default:
      return "\(error)"
    }
  }
}
