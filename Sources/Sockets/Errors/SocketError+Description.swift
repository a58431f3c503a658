internal import Addresses
internal import SystemPackage

extension SocketError: CustomStringConvertible {
  /// What was tried, on what, why it failed, and what to do if that is known.
  public var description: String {
    var text = call
    if let address { text += text.isEmpty ? "\(address)" : " \(address)" }
    if let explanation { text += (text.isEmpty ? "" : ": ") + explanation }
    if code == .deadline {
      text += ": not done within the socket's timeout"
    } else if let errno, explanation == nil || !attempts.isEmpty {
      text += ": \(errno.description)"
    }
    if let resolution { text += ": \(resolution)" }
    if bytesSent > 0 { text += " (\(bytesSent) bytes had been sent)" }
    if let hint { text += ". \(hint)" }
    return text
  }

  /// The address and the reason, for a list of several.
  var brief: String {
    let reason = code == .deadline ? "not done within the timeout" : errno?.description ?? call
    return address.map { "\($0): \(reason)" } ?? reason
  }

  /// What a person can do about it.
  private var hint: String? {
    if isConnectionRefused { return "Is a server running there, and listening on this address?" }
    if isAddressInUse {
      if case .unix? = address {
        return "If no server is running, remove the file that the last one left behind."
      }
      return call == "connect" || call == "listen"
        ? nil : "Another socket has it; end its program, choose another port, or port 0 for any."
    }
    if isAddressNotAvailable, call == "bind" { return "It is no address of this machine; see `ip address`." }
    if isPermissionDenied, call == "bind", let port = address?.port, port < 1024 {
      return "Ports below 1024 need the capability CAP_NET_BIND_SERVICE."
    }
    if isTooManyOpenFiles { return "Raise the limit (`ulimit -n`) or close sockets that are done." }
    if isMessageTooLong { return "A datagram holds at most 65507 bytes over IPv4; send less at a time." }
    if isNotFound, case .unix? = address { return "No server has made this socket; is it running?" }
    if resolution == .temporary { return "The name server does not answer; try again." }
    return nil
  }
}
