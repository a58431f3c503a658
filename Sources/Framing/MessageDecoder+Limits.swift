extension MessageDecoder {
  /// How long the parts of a message may be.
  public struct Limits: Hashable, Sendable {
    /// The longest head, in bytes.
    public var head: Int

    /// The longest body, in bytes.
    public var body: Int

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - head: The longest head, in bytes. The smallest head, `{}`, has 2.
    ///   - body: The longest body, in bytes; 0 for none.
    public init(head: Int, body: Int) {
      self.head = head
      self.body = body
    }

    /// The length of a head, if it is allowed.
    func checkHead(length: UInt64) throws(FramingError) -> Int {
      guard length >= 2 else {
        throw FramingError(
          .malformedLength, "a head of \(length) bytes; the shortest, {}, has 2")
      }
      guard let count = Int(exactly: length), count <= head else {
        throw FramingError(
          .headTooLarge, "a head of \(length) bytes is over the limit of \(head)")
      }
      return count
    }

    func checkBody(length: Int) throws(FramingError) {
      guard length <= body else {
        throw FramingError(
          .bodyTooLarge, "a body of \(length) bytes is over the limit of \(body)")
      }
    }
  }
}
