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
}
