import LandlineClient
import LandlineProtocol

/// What to do about an error, where the one who found it could not know.
enum Advice {
  static func general(_ error: ClientError) -> String? {
    if let advice = error.advice { return advice }
    switch error.refusal?.code {
    case .unauthenticated?:
      return "Ask the server's admin for a new invite, and join again"
    case .forbidden?:
      return "'landline whoami' shows what you may do there; an admin of the server can give you more"
    case .noSpace?:
      return "Remove something there ('landline du' shows what is large), or ask the server's owner for more room"
    case .tooMany?, .timeout?:
      return "Try again in a moment"
    case .shuttingDown?:
      return "Try again when it runs again"
    case .unsupported?:
      return "Is the server of another version? 'landline --version' here and there tells"
    case .internal?:
      return "The server's owner finds more in its log"
    default: break
    }
    switch error.code {
    case .connectionLost: return "Run the command again"
    case .notTrusted: return "Is this the server's address and port? 'landline servers' shows what is on record"
    case .cannotConnect: return "Try again in a moment; if it stays so, the server's owner finds more in its log"
    case .badAnswer: return "Is the server of another version? 'landline --version' here and there tells"
    default: return nil
    }
  }

  /// Of an error about a path on a server, by a command that says how it takes folders.
  static func aboutPath(_ error: ClientError, _ path: String) -> String? {
    if error.refusal?.code == .badPath, path.utf8.first == UInt8(ascii: "/") {
      let rest = String(decoding: path.utf8.drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
      if rest.isEmpty { return "The root of a server's files is the empty path, as in 'landline ls SERVER:'" }
      return "Paths on a server begin at the root of its files, without '/': write '\(printable(rest))'"
    }
    return general(error)
  }
}

extension ClientError {
  /// Of what makes an invite or a token: a role that there is not is a slip on the command line.
  var ofRole: ClientError {
    guard refusal?.code == .notFound else { return self }
    return ClientError(
      .usage, message,
      advice: "'landline role list' shows an admin which there are; admin, member and guest are always there")
  }

  /// Message and advice, for people.
  var sentence: String { sentence(advising: Advice.general(self)) }

  /// - Parameter advice: what to do, where that is known better than here.
  func sentence(advising advice: String?) -> String {
    advice.map { "\(message). \($0)" } ?? message
  }
}
