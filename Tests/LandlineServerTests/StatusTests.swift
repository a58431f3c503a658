import LandlineProtocol
import Testing

@testable import LandlineServer

@Suite struct RateRingTests {
  private let start = ContinuousClock.now

  private func ring(_ totals: Int64...) -> RateRing {
    var ring = RateRing()
    for (second, total) in totals.enumerated() { ring.note(total, at: start + .seconds(second)) }
    return ring
  }

  @Test func growthOverTheLastSeconds() {
    #expect(ring(0, 100, 200).rate(300, at: start + .seconds(3), since: start) == 100)
  }

  @Test func whatIsLongAgoDoesNotCount() {
    #expect(ring(0, 0, 1_000, 1_000, 1_000, 1_000, 1_000).rate(1_000, at: start + .seconds(7), since: start) == 0)
  }

  @Test func theOldestSampleIsTheOneThatIsOverwrittenNext() {
    // Of 0...9 the samples of the seconds 5 to 9 are left.
    let ring = ring(0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
    #expect(ring.rate(100, at: start + .seconds(10), since: start) == 10)
  }

  @Test func beforeTheFirstSampleFromTheStart() {
    #expect(RateRing().rate(500, at: start + .milliseconds(500), since: start) == 1_000)
  }

  @Test func nothingIsSaidOfAnInstant() {
    #expect(RateRing().rate(500, at: start, since: start) == 0)
    #expect(ring(0).rate(500, at: start + .milliseconds(50), since: start) == 0)
  }
}

@Suite struct TrafficTests {
  @Test func theWholeCountsWhatItsPartsCount() {
    let whole = Traffic()
    let parts = [Traffic(partOf: whole), Traffic(partOf: whole)]
    parts[0].received(3)
    parts[1].received(4)
    parts[1].sent(5)
    #expect([whole.received, parts[0].received, parts[1].received] == [7, 3, 4])
    #expect([whole.sent, parts[0].sent, parts[1].sent] == [5, 0, 5])
  }
}

@Suite struct TransferProgressTests {
  @Test func aPutKnowsItsSizeWhereTheClientDoes() {
    var put = PutRequest(path: "a")
    #expect(TransferProgress(.put(put)).entry == TransferEntry(op: "put", path: "a", done: 0, size: nil))
    put.size = 10
    let progress = TransferProgress(.put(put))
    progress.note(done: 4)
    #expect(progress.entry == TransferEntry(op: "put", path: "a", done: 4, size: 10))
  }

  @Test func oldestFirst() {
    let open = OpenTransfers()
    for id in [UInt64(9), 3, 5] { _ = open.begin(id, .get(GetRequest(path: "\(id)"))) }
    open.end(5)
    #expect(open.entries.map(\.path) == ["3", "9"])
  }
}

@Suite struct DiskWatchTests {
  @Test func saysSoOnceAndAgainWhenThereIsRoom() {
    var watch = DiskWatch()
    let total: Int64 = 100_000
    #expect(watch.look((free: 50_000, total: total), reserve: 10_000) == nil)
    #expect(watch.look((free: 19_999, total: total), reserve: 10_000) == .low)
    #expect(watch.look((free: 100, total: total), reserve: 10_000) == nil)
    // A disk that hovers at the line is not talked of again and again.
    #expect(watch.look((free: 20_001, total: total), reserve: 10_000) == nil)
    #expect(watch.look((free: 30_001, total: total), reserve: 10_000) == .enough)
    #expect(watch.look((free: 30_001, total: total), reserve: 10_000) == nil)
  }
}

@Suite struct OccasionTests {
  @Test func oneWordAnInterval() {
    let occasion = Occasion(every: .seconds(60))
    let now = ContinuousClock.now
    #expect(occasion.isDue(at: now))
    #expect(!occasion.isDue(at: now + .seconds(59)))
    #expect(occasion.isDue(at: now + .seconds(60)))
  }
}
