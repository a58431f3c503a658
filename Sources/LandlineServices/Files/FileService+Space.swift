extension FileService {
  /// How many bytes an account has stored; nil where nobody counts.
  public func stored(by principal: Principal) -> Int64? {
    principal.owner.flatMap { store.stored(byAccount: $0.account) }
  }

  private static let lookAgain = Duration.milliseconds(50)

  /// Waits until the server knows how much of its space is in use: only in the first moments after a start, and only
  /// where there is a bound on it, or on the account's share.
  /// - Parameter progress: called now and then meanwhile.
  func waitUntilSpaceIsKnown(for principal: Principal, progress: () async throws -> Void) async rethrows {
    let isShared = principal.quota != nil && principal.owner != nil
    while !(store.isSpaceKnown && (!isShared || store.areAccountsKnown)) && !Task.isCancelled {
      try await progress()
      try? await Task.sleep(for: Self.lookAgain)
    }
  }
}
