import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Sentences for the ways in which TCP does not connect.
enum ConnectFailure {
  static func error(_ error: any Error, place: String) -> ClientError {
    if let known = error as? ClientError { return known }
    var failure = ClientError(.cannotConnect, "cannot connect to \(place): \(describe(error))")
    if isUnknownName(error) {
      failure.mayPass = false
      failure.advice =
        "Is the name right? The server's owner can make an invite with an address that this machine knows: "
        + "landline serve --advertise ADDRESS:PORT"
    } else {
      failure.advice = advice(firstCause(of: error))
    }
    return failure
  }

  private static func firstCause(of error: any Error) -> any Error {
    guard let error = error as? NIOConnectionError, let first = error.connectionErrors.first else { return error }
    return first.error
  }

  private static func advice(_ cause: any Error) -> String? {
    switch (cause as? IOError)?.errnoCode {
    case ECONNREFUSED?:
      "Nothing listens there: is the server running ('landline serve'), and is this its address? A firewall may "
        + "refuse as well"
    case ENETUNREACH?, EHOSTUNREACH?, ENETDOWN?, EHOSTDOWN?:
      "There is no way there from here: is this machine connected, and is that the server's address?"
    case EACCES?, EPERM?:
      "A firewall on this machine does not let it out"
    case nil where cause is ChannelError || cause is NIOConnectionError, ETIMEDOUT?:
      "Is that machine on and connected, is this its address, and does every firewall on the way let the port "
        + "through?"
    default: nil
    }
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
    case NIOSSLError.uncleanShutdown, ChannelError.eof, ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed:
      return "the other side, or something on the way, broke it off"
    case let error as NIOSSLError:
      return "its encryption failed (\(error))"
    case is SocketAddressError:
      return "no address is known for that name"
    default:
      return "\(error)"
    }
  }
}
