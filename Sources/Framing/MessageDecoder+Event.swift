extension MessageDecoder {
  /// What a ``MessageDecoder`` found in its input.
  public enum Event: Hashable, Sendable {
    /// The whole head, a well-formed JSON object, and the length of the body that follows, in
    /// bytes: the head's member `body`, 0 if it is absent.
    case head([UInt8], bodyLength: Int)

    /// The next bytes of the body: offsets into the input given to this call, never empty. Slice
    /// your own buffer with it; nothing was copied.
    case body(Range<Int>)

    /// The message is complete. Always sent, also after a head without a body.
    case end
  }
}
