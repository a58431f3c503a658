import LandlineServices

/// The rounds of an account with a limit: small ones, and a wait before each for what it brings and after each for what
/// it has sent. No wait holds what others need.
struct PacedRounds: Sendable {
  let session: LineSession
  let rate: AccountRate

  func run(_ items: [WholeLane.Item], round: ([WholeLane.Item]) async -> Int) async {
    var rest = items[...]
    while let first = rest.first {
      let part = nextPart(of: rest)
      rest = rest.dropFirst(part.count)
      let arriving = part.reduce(0) { $0 + $1.cost }
      await pause(for: arriving, .receiving, waiting: first.id)
      let sent = await round(part)
      if sent > 0 { await pause(for: sent, .sending, waiting: rest.first?.id ?? session.wholes.firstID) }
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

  /// - Parameter id: of a request whose client is told meanwhile that the server is alive.
  private func pause(for count: Int, _ direction: AccountRate.Direction, waiting id: UInt64?) async {
    let heartbeat = id.map { Heartbeat(session.sender, id: $0) }
    await rate.pause(for: count, direction) {
      try? await heartbeat?.beat(done: 0, total: Int64(count))
      return true
    }
  }
}
