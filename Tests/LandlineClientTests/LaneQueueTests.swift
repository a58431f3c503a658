import Testing

@testable import LandlineClient

@Suite struct LaneQueueTests {
  @Test func aSingleLargeFileIsForTheFirstConnection() async {
    let queue = LaneQueue(jobs: 4, mostLanes: 4)
    async let lane = queue.next()
    queue.add(7)
    #expect(await queue.nextForFirst() == 7)
    #expect(await queue.nextForFirst() == nil)
    queue.close()
    #expect(await lane == nil)
  }

  @Test func besideSmallFilesALaneTakesIt() async {
    let queue = LaneQueue(jobs: 4, mostLanes: 4)
    queue.firstIsBusy()
    queue.add(7)
    #expect(await queue.next() == 7)
    // The first connection waits for the lane, which may give the file back.
    async let first = queue.nextForFirst()
    queue.giveBack(7)
    #expect(await first == 7)
  }

  @Test func theFirstIsThroughWhenTheLanesAre() async {
    let queue = LaneQueue(jobs: 2, mostLanes: 2)
    queue.firstIsBusy()
    queue.add(1)
    #expect(await queue.next() == 1)
    async let first = queue.nextForFirst()
    queue.done()
    #expect(await first == nil)
  }

  @Test func noMoreThanTheJobs() async {
    let queue = LaneQueue(jobs: 2, mostLanes: 2)
    for index in 0..<4 { queue.add(index) }
    // One lane and the first connection: two.
    #expect(await queue.nextForFirst() == 0)
    #expect(await queue.next() == 1)
    async let third = queue.next()
    async let first = queue.nextForFirst()
    // Whichever is free first gets the next one; in the end both had one.
    queue.done()
    let got = await [third, first].compactMap { $0 }.sorted()
    #expect(got == [2, 3])
  }

  @Test func aLimitWithoutLanes() async {
    let queue = LaneQueue(jobs: 4, mostLanes: 0)
    queue.firstIsBusy()
    async let lane = queue.next()
    for index in 0..<3 { queue.add(index) }
    for index in 0..<3 { #expect(await queue.nextForFirst() == index) }
    #expect(await queue.nextForFirst() == nil)
    queue.close()
    #expect(await lane == nil)
  }

  @Test func aLaneThatCannotConnectIsNotTriedAgain() async {
    let queue = LaneQueue(jobs: 4, mostLanes: 1)
    queue.firstIsBusy()
    queue.add(1)
    #expect(await queue.next() == 1)
    queue.giveBack(1)
    async let lane = queue.next()
    #expect(await queue.nextForFirst() == 1)
    queue.giveBackFromFirst(1)
    #expect(await queue.nextForFirst() == 1)
    #expect(await queue.nextForFirst() == nil)
    queue.close()
    #expect(await lane == nil)
  }

  @Test func closingDropsWhatWaits() async {
    let queue = LaneQueue(jobs: 4, mostLanes: 4)
    queue.add(1)
    queue.add(2)
    queue.close()
    #expect(await queue.next() == nil)
    #expect(await queue.nextForFirst() == nil)
  }
}
