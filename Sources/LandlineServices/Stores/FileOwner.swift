/// Whose bytes a file's are.
public struct FileOwner: Hashable, Sendable {
  /// The account's id.
  public var account: Int64
  /// The most bytes that the account may have; nil: no bound.
  public var quota: Int64?

  public init(account: Int64, quota: Int64? = nil) {
    self.account = account
    self.quota = quota
  }
}
