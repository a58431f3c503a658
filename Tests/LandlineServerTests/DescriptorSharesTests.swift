import Testing

@testable import LandlineServer

@Suite struct DescriptorSharesTests {
  /// Rounds that come in have a file and its folder open for each, rounds that go out a file.
  private func used(_ shares: DescriptorShares) -> Int {
    shares.connections + shares.transfers + 3 * DescriptorShares.rounds * shares.filesInRound
  }

  @Test(arguments: [256, 512, 1_024, 4_096, 65_536, 1_048_576]) func togetherTheyLeaveSomeForTheRest(count: Int) {
    let shares = DescriptorShares(of: count)
    #expect(used(shares) <= count - 64)
    #expect(shares.transfers >= 16 && shares.filesInRound >= 1)
  }

  @Test func manyDescriptorsAreLargeRounds() {
    #expect(DescriptorShares(of: 65_536).filesInRound == 64)
  }
}
