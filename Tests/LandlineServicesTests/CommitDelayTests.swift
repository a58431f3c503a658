import Testing

@testable import LandlineServices

@Suite struct CommitDelayTests {
  @Test func whoSpeaksAloneIsNotDelayed() {
    var delay = CommitDelay()
    #expect(!delay.isWorthwhile)
    for _ in 0..<5 { delay.note(1) }
    #expect(!delay.isWorthwhile)
  }

  @Test func severalAtOnceAreWaitedForUntilTheyCeaseToCome() {
    var delay = CommitDelay()
    delay.note(1)
    delay.note(7)
    #expect(delay.isWorthwhile)
    // One that found nobody may have been chance.
    delay.note(1)
    #expect(delay.isWorthwhile)
    delay.note(8)
    delay.note(1)
    #expect(delay.isWorthwhile)
    delay.note(1)
    #expect(!delay.isWorthwhile)
  }

  @Test func thereAreNoMoreToComeWhenThereAreAsManyAsBefore() {
    var delay = CommitDelay()
    delay.note(8)
    #expect(delay.expected == 8)
    // Three that were early: the rest are still to be waited for.
    delay.note(3)
    #expect(delay.expected == 7)
    delay.note(9)
    #expect(delay.expected == 9)
    for _ in 0..<20 { delay.note(1) }
    // Two at once, or nobody is waited for.
    #expect(delay.expected == 2)
  }

  @Test func aWaitIsEndedByThoseWhoAreWaitedForOrByTime() {
    let delay = CommitDelay()
    #expect(!delay.wait())
    delay.end()
    #expect(delay.wait())
    // What ended one wait does not end the next.
    #expect(!delay.wait())
  }
}
