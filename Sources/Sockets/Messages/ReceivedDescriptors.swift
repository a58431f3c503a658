/// The descriptors that came with a message, in the order in which they were sent.
///
/// They are close-on-exec. Those that nobody takes are closed when this value's life ends, so that a
/// peer cannot fill the process with descriptors.
public struct ReceivedDescriptors: ~Copyable, Sendable {
  private var remaining: ArraySlice<CInt>

  init(owning descriptors: [CInt]) { remaining = descriptors[...] }

  deinit {
    for descriptor in remaining { SystemCalls.close(descriptor) }
  }

  /// How many have not been taken.
  public var count: Int { remaining.count }

  /// Whether none is left.
  public var isEmpty: Bool { remaining.isEmpty }

  /// Takes the first one left; nil when none is.
  public mutating func takeFirst() -> OwnedDescriptor? {
    remaining.popFirst().map { OwnedDescriptor(owning: $0) }
  }

  /// Takes the first one left as a socket; nil when none is.
  ///
  /// - Throws: ``SocketError`` with `ENOTSOCK` when it is something else; then it is closed.
  public mutating func takeFirstSocket() throws(SocketError) -> Socket? {
    guard let descriptor = remaining.popFirst() else { return nil }
    do throws(SocketError) {
      return try Socket(owning: descriptor)
    } catch {
      SystemCalls.close(descriptor)
      throw error
    }
  }
}
