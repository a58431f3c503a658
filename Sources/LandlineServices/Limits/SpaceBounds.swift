/// How much of its disk a server may use.
public struct SpaceBounds: Hashable, Sendable {
  /// What stays free when nothing else is said: 256 MiB, or a hundredth of the disk where that is less.
  public static let usualReserve: Int64 = 268_435_456

  /// Bytes of the disk that stay free, whoever uses the rest; nil: the usual reserve.
  public var keepFree: Int64?
  /// The most bytes that stored files and kept uploads may have together; nil: no bound.
  public var maximumUse: Int64?

  public init(keepFree: Int64? = nil, maximumUse: Int64? = nil) {
    self.keepFree = keepFree
    self.maximumUse = maximumUse
  }

  /// No bound but the disk's end.
  public static let none = SpaceBounds(keepFree: 0)

  /// Bytes that stay free of a disk of `total` bytes.
  public func reserve(ofDisk total: Int64) -> Int64 {
    keepFree ?? min(Self.usualReserve, total / 100)
  }
}
