public import SystemPackage

/// Why a selector refused.
public struct SelectorError: Error, Hashable, Sendable {
  /// What kind of failure.
  public let code: Code

  /// What the kernel answered; nil when it was not asked.
  public let errno: Errno?

  /// What was tried on what, and what to do about it.
  public let message: String

  init(_ code: Code, errno: Errno? = nil, _ message: String) {
    self.code = code
    self.errno = errno
    self.message = message
  }
}

extension SelectorError {
  /// The kinds of failure. More may come: a `switch` needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) { self.description = description }

    /// The descriptor is registered already. (Python: `KeyError`.)
    public static let alreadyRegistered = Code("already registered")
    /// The descriptor is not registered. (Python: `KeyError`.)
    public static let notRegistered = Code("not registered")
    /// The number cannot be a descriptor's, or no open file has it. (Python: `ValueError`, `OSError`.)
    public static let invalidDescriptor = Code("invalid descriptor")
    /// No event at all, an unknown one, or a mode that the kernel does not combine with another.
    /// (Python: `ValueError`.)
    public static let invalidEvents = Code("invalid events")
    /// A number that `select` has no bit for. (Python: `ValueError: filedescriptor out of range`.)
    public static let descriptorTooLarge = Code("descriptor too large")
    /// The kernel refused; ``SelectorError/errno`` says why. (Python: `OSError`.)
    public static let systemCall = Code("system call")
  }
}

extension SelectorError: CustomStringConvertible {
  public var description: String {
    guard let errno else { return message }
    return "\(message): \(errno)"
  }
}

extension SelectorError {
  @usableFromInline
  static func alreadyRegistered(_ descriptor: CInt) -> SelectorError {
    SelectorError(
      .alreadyRegistered,
      "descriptor \(descriptor) is registered already; modify it, or unregister it before its file is closed")
  }

  @usableFromInline
  static func notRegistered(_ descriptor: CInt) -> SelectorError {
    SelectorError(.notRegistered, "descriptor \(descriptor) is not registered")
  }

  @usableFromInline
  static func unusable(_ events: Events) -> SelectorError {
    SelectorError(.invalidEvents, "a descriptor cannot be watched for \(events); use .read, .write, .priority")
  }

  static func invalid(_ descriptor: CInt, _ errno: Errno? = nil) -> SelectorError {
    SelectorError(
      .invalidDescriptor, errno: errno,
      "\(descriptor) is not the number of an open file; was it closed before it was registered?")
  }
}
