import Synchronization

/// The rates of all accounts that were here since the server's start.
public final class AccountRates: Sendable {
  /// The slowest limit, in bytes a second: slower than that nothing would ever end.
  public static let slowest: Int64 = 1_024
  /// The fastest: so many bytes a second are no limit.
  public static let fastest: Int64 = 1_000_000_000_000_000

  /// For the operator's own connections.
  private static let unlimited = AccountRate(rate: 0)

  private let standard: Int64
  private let rates = Mutex<[Int64: AccountRate]>([:])

  /// - Parameter standard: for accounts without a limit of their own, in bytes a second; 0: none.
  public init(standard: Int64) {
    self.standard = standard
  }

  /// What a connection of this principal shares with the account's others.
  ///
  /// What is here already was told of every change, so it knows better than a principal who was read a moment ago.
  public func rate(for principal: Principal) -> AccountRate {
    if principal.credential == .local { return Self.unlimited }
    return rates.withLock { rates in
      if let known = rates[principal.accountID] { return known }
      let rate = AccountRate(rate: effective(principal.rate))
      rates[principal.accountID] = rate
      return rate
    }
  }

  /// Notes an account's new limit, for its open connections and those to come.
  /// - Parameter limit: bytes a second; nil: as everybody.
  public func set(account: Int64, _ limit: Int64?) {
    let limit = effective(limit)
    rates.withLock { rates in
      if let known = rates[account] { known.set(limit) } else { rates[account] = AccountRate(rate: limit) }
    }
  }

  /// Forgets an account that was removed.
  public func forget(account: Int64) {
    rates.withLock { $0[account] = nil }
  }

  private func effective(_ limit: Int64?) -> Int64 { limit ?? standard }
}
