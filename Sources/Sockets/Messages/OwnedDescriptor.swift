/// The one owner of a descriptor of any kind: a file, a pipe, a socket that came from another process.
///
/// It cannot be copied, and closes the descriptor when its life ends.
public struct OwnedDescriptor: ~Copyable, Sendable {
  /// The kernel's number. It stays the owner's: do not close it.
  public private(set) var descriptor: CInt

  /// Becomes the owner of an open descriptor that nobody else will close.
  public init(owning descriptor: CInt) { self.descriptor = descriptor }

  deinit {
    if descriptor >= 0 { SystemCalls.close(descriptor) }
  }

  /// Closes the descriptor.
  public consuming func close() {}

  /// Gives the descriptor up without closing it: the caller closes it.
  public consuming func detach() -> CInt {
    let descriptor = self.descriptor
    self.descriptor = -1
    return descriptor
  }
}
