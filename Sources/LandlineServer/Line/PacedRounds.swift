import LandlineServices

/// The rounds of an account with a limit: small ones, and a wait before each for what it brings and after each for what
/// it has sent. No wait holds what others need.
struct PacedRounds: Sendable {
  let rate: AccountRate

  func run(_ items: [WholeLane.Item], round: ([WholeLane.Item]) async -> Int) async {
    var rest = items[...]
    while !rest.isEmpty {
      let part = nextPart(of: rest)
      rest = rest.dropFirst(part.count)
      let arriving = part.reduce(0) { $0 + $1.cost }
      await rate.pause(for: arriving, .receiving)
      let sent = await round(part)
      if sent > 0 { await rate.pause(for: sent, .sending) }
    }
  }

  /// As many puts as come to a piece; of gets, whose size nobody knows yet, one.
  private func nextPart(of items: ArraySlice<WholeLane.Item>) -> [WholeLane.Item] {
    let most = rate.piece(atMost: WholeLane.mostBytes)
    var part: [WholeLane.Item] = []
    var bytes = 0
    for item in items {
      bytes += item.cost
      if !part.isEmpty && (item.isGet || bytes > most) { break }
      part.append(item)
      if item.isGet { break }
    }
    return part
  }
}
