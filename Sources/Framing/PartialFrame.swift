/// Storage for the frame that ``FrameDecoder/frames(in:into:)`` has not seen the end of.
public struct PartialFrame: Sendable {
  var bytes: [UInt8] = []

  /// Makes an empty storage.
  public init() {}

  mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }
}
