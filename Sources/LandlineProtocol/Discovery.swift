/// The datagrams by which servers on the local network are found (docs/PROTOCOL.md section 10).
///
/// The question is as long as any answer may be, so that nobody's answers are worth provoking in another's name.
public enum Discovery {
  /// Of the administratively scoped block, which no router passes on (RFC 2365 section 6.1).
  public static let group = "239.255.52.63"
  public static let port: UInt16 = 5_263
  /// The size of a question, and the most that an answer may have, in bytes.
  public static let size = 512

  public struct Question: Hashable, Sendable, Codable {
    /// What tells it from other programs' datagrams.
    public var landline: String
    /// 32 hexadecimal digits of the asker's choice; the answer has them, too.
    public var nonce: String

    public init(nonce: String) {
      landline = "who"
      self.nonce = nonce
    }

    /// Padded with blanks.
    public var datagram: [UInt8] {
      let json = JSON.encode(self)
      return json + Array(repeating: UInt8(ascii: " "), count: max(Discovery.size - json.count, 0))
    }

    /// - Returns: nil for anything that is not to be answered.
    public init?(datagram: [UInt8]) {
      guard datagram.count == Discovery.size, let question = try? JSON.decode(Question.self, from: datagram),
        question.landline == "who", Discovery.isNonce(question.nonce)
      else { return nil }
      self = question
    }
  }

  public struct Answer: Hashable, Sendable, Codable {
    public var landline: String
    public var nonce: String
    public var name: String
    /// Where it is; absent: where the answer comes from.
    public var host: String?
    public var port: Int
    /// 64 hexadecimal digits, or `ca`.
    public var fingerprint: String

    public init(nonce: String, name: String, host: String?, port: Int, fingerprint: String) {
      landline = "here"
      self.nonce = nonce
      self.name = name
      self.host = host
      self.port = port
      self.fingerprint = fingerprint
    }

    /// - Returns: nil for one that is longer than an answer may be.
    public var datagram: [UInt8]? {
      let json = JSON.encode(self)
      return json.count <= Discovery.size ? json : nil
    }

    /// - Returns: nil for anything that is no answer to the question with this nonce.
    public init?(datagram: [UInt8], to nonce: String) {
      guard datagram.count <= Discovery.size, let answer = try? JSON.decode(Answer.self, from: datagram),
        answer.landline == "here", answer.nonce == nonce, (1...65_535).contains(answer.port),
        answer.fingerprint == "ca" || Digest256(hex: answer.fingerprint) != nil
      else { return nil }
      self = answer
    }
  }

  private static func isNonce(_ text: String) -> Bool {
    text.utf8.count == 32 && text.utf8.allSatisfy { Hex.value($0) != nil }
  }
}
