import LandlineServices
import Testing

/// Only how long something takes at least is a rule; how long at most is the machine's affair.
@Suite struct AccountRateTests {
  @Test func withoutALimitNobodyWaits() async throws {
    let rate = AccountRate(rate: 0)
    #expect(!rate.isLimited)
    #expect(rate.piece(atMost: 262_144) == 262_144)
    await rate.pause(for: .max, .sending)
  }

  @Test(.timeLimit(.minutes(1))) func whatIsMovedIsPaidFor() async {
    let rate = AccountRate(rate: 1_000_000)
    let start = ContinuousClock.now
    // The first eighth of a second's worth is there at once.
    for _ in 0..<5 { await rate.pause(for: 125_000, .sending) }
    #expect(.now - start >= .milliseconds(495))
  }

  @Test(.timeLimit(.minutes(1))) func allWhoShareItPayTogether() async {
    let rate = AccountRate(rate: 1_000_000)
    let start = ContinuousClock.now
    await withTaskGroup { group in
      for _ in 0..<5 { group.addTask { await rate.pause(for: 125_000, .receiving) } }
    }
    #expect(.now - start >= .milliseconds(495))
  }

  @Test(.timeLimit(.minutes(1))) func eachDirectionForItself() async {
    let rate = AccountRate(rate: 1_024)
    await rate.pause(for: 4_096, .sending)
    let start = ContinuousClock.now
    await rate.pause(for: 4_096, .receiving)
    #expect(.now - start < .seconds(2))
  }

  @Test(.timeLimit(.minutes(1))) func aLimitThatIsTakenAwayEndsTheWait() async {
    let rate = AccountRate(rate: 1_024)
    let waiting = Task { await rate.pause(for: 1_000_000_000, .sending) }
    rate.set(0)
    await waiting.value
  }

  @Test(.timeLimit(.minutes(1))) func aHigherLimitShortensTheWait() async {
    let rate = AccountRate(rate: 1_024)
    let waiting = Task { await rate.pause(for: 102_400, .sending) }
    rate.set(1_024_000)
    await waiting.value
  }

  @Test(.timeLimit(.minutes(1))) func whoIsCancelledWaitsNoLonger() async {
    let rate = AccountRate(rate: 1_024)
    let waiting = Task { await rate.pause(for: 1_000_000_000, .sending) }
    waiting.cancel()
    await waiting.value
  }

  @Test(.timeLimit(.minutes(1))) func whoeverWaitsIsAsked() async {
    let rate = AccountRate(rate: 1_024)
    var asked = 0
    await rate.pause(for: 1_000_000_000, .sending) {
      asked += 1
      return asked < 2
    }
    #expect(asked == 2)
  }

  @Test func slowAccountsGetSmallPieces() {
    #expect(AccountRate(rate: 1_024).piece(atMost: 262_144) == 4_096)
    #expect(AccountRate(rate: 800_000).piece(atMost: 262_144) == 100_000)
    #expect(AccountRate(rate: 1_000_000_000).piece(atMost: 262_144) == 262_144)
  }
}

@Suite struct AccountRatesTests {
  private func principal(_ id: Int64, rate: Int64? = nil) -> Principal {
    Principal(accountID: id, account: "a\(id)", role: "member", credential: .device(id: "x"), grants: [], rate: rate)
  }

  @Test func everybodysCountsWhereThereIsNoOther() {
    let rates = AccountRates(standard: 5_000)
    #expect(rates.rate(for: principal(1)).rate == 5_000)
    #expect(rates.rate(for: principal(2, rate: 7_000)).rate == 7_000)
    rates.set(account: 2, nil)
    #expect(rates.rate(for: principal(2, rate: 7_000)).rate == 5_000)
  }

  @Test func connectionsOfAnAccountShareOne() {
    let rates = AccountRates(standard: 0)
    #expect(rates.rate(for: principal(1)) === rates.rate(for: principal(1)))
    #expect(rates.rate(for: principal(1)) !== rates.rate(for: principal(2)))
  }

  @Test func aChangeReachesWhoIsThere() {
    let rates = AccountRates(standard: 0)
    let rate = rates.rate(for: principal(1))
    rates.set(account: 1, 9_000)
    #expect(rate.rate == 9_000)
  }

  @Test func aChangeBeatsWhatALoginReadAMomentBefore() {
    let rates = AccountRates(standard: 0)
    rates.set(account: 1, 9_000)
    #expect(rates.rate(for: principal(1, rate: nil)).rate == 9_000)
  }

  @Test func theOperatorIsNeverLimited() {
    #expect(!AccountRates(standard: 5_000).rate(for: .local).isLimited)
  }

  @Test func ofARemovedAccountNothingIsKnown() {
    let rates = AccountRates(standard: 0)
    rates.set(account: 1, 9_000)
    rates.forget(account: 1)
    #expect(!rates.rate(for: principal(1)).isLimited)
  }
}

@Suite struct SpaceBoundsTests {
  @Test func theUsualReserveIsSmallOnSmallDisks() {
    #expect(SpaceBounds().reserve(ofDisk: 1 << 40) == 268_435_456)
    #expect(SpaceBounds().reserve(ofDisk: 48_000_000) == 480_000)
    #expect(SpaceBounds(keepFree: 5).reserve(ofDisk: 1 << 40) == 5)
    #expect(SpaceBounds.none.reserve(ofDisk: 1 << 40) == 0)
  }

  @Test(arguments: [
    (Int64(0), "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_048_575, "1023 KiB"), (1 << 30, "1.0 GiB"),
    (-5, "0 B"), (1 << 62, "4096 PiB"),
  ])
  func bytesForPeople(_ count: Int64, _ text: String) { #expect(byteText(count) == text) }
}
