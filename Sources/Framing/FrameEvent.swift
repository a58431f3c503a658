/// What a ``FrameDecoder`` found in its input.
public enum FrameEvent: Hashable, Sendable {
  /// The next bytes of the frame: offsets into the input given to this call, never empty. Slice
  /// your own buffer with it; nothing was copied.
  case slice(Range<Int>)

  /// The next bytes of the frame, from inputs that are gone: they could have been the beginning of
  /// a delimiter and turned out not to be. Only ``DelimiterDecoder`` sends it, and never with more
  /// bytes than its delimiter has (plus a carriage return).
  case carried([UInt8])

  /// The frame is complete. Always sent, also for an empty frame, which has no other event.
  case end
}
