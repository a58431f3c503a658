import LandlineProtocol
import Testing

@Suite struct TokenBucketTests {
  private let start = ContinuousClock.now

  @Test func whatIsSavedUpCostsNoWaiting() {
    var bucket = TokenBucket(rate: 1_000, burst: 500, at: start)
    #expect(bucket.take(200, at: start) == .zero)
    #expect(bucket.take(300, at: start) == .zero)
    #expect(bucket.take(100, at: start) == .milliseconds(100))
  }

  @Test func moreThanTheBurstIsADebt() {
    var bucket = TokenBucket(rate: 1_000, burst: 0, at: start)
    #expect(bucket.take(5_000, at: start) == .seconds(5))
    // Another one comes a second later, and waits behind the first.
    #expect(bucket.take(1_000, at: start + .seconds(1)) == .seconds(5))
  }

  @Test func nothingIsSavedUpBeyondTheBurst() {
    var bucket = TokenBucket(rate: 1_000, burst: 500, at: start)
    let later = start + .seconds(3_600)
    #expect(bucket.take(500, at: later) == .zero)
    #expect(bucket.take(1_000, at: later) == .seconds(1))
  }

  @Test func theRateHoldsInTheLongRun() {
    var bucket = TokenBucket(rate: 3_000_000, burst: 65_536, at: start)
    var now = start
    for _ in 0..<10_000 { now += bucket.take(7_777, at: now) }
    let ideal = Duration.seconds(Double(10_000 * 7_777 - 65_536) / 3_000_000)
    #expect(abs((now - start) / ideal - 1) < 0.000_1)
  }

  @Test func whatWasNotUsedComesBack() {
    var bucket = TokenBucket(rate: 1_000, burst: 0, at: start)
    _ = bucket.take(2_000, at: start)
    bucket.giveBack(1_500)
    #expect(bucket.take(0, at: start) == .milliseconds(500))
  }

  @Test func aNewRateKeepsTheDebtInBytes() {
    var bucket = TokenBucket(rate: 1_000, burst: 0, at: start)
    _ = bucket.take(4_000, at: start)
    bucket.setRate(4_000, burst: 0, at: start)
    #expect(bucket.take(0, at: start) == .seconds(1))
  }

  @Test func aNewRateKeepsNoMoreThanItsBurst() {
    var bucket = TokenBucket(rate: 1_000, burst: 10_000, at: start)
    bucket.setRate(1_000, burst: 100, at: start)
    #expect(bucket.take(200, at: start) == .milliseconds(100))
  }

  @Test(arguments: [Int64.min, 0, 1]) func noRateStandsStill(_ rate: Int64) {
    var bucket = TokenBucket(rate: rate, burst: -1, at: start)
    #expect(bucket.take(2, at: start) == .seconds(2))
    #expect(bucket.take(-5, at: start) == .seconds(2))
  }

  @Test func hugeAmountsDoNotOverflow() {
    var bucket = TokenBucket(rate: 1, burst: 0, at: start)
    #expect(bucket.take(1 << 40, at: start) == .seconds(1 << 40))
    var fast = TokenBucket(rate: .max, burst: .max, at: start)
    #expect(fast.take(.max, at: start) == .zero)
    #expect(fast.take(.max, at: start) == .seconds(1))
  }
}
