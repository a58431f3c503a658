/// How the descriptors that the process may have are shared out: half for connections, of the other half most for the
/// files of transfers, some for rounds of small files, and the rest for everything else (the database, the listeners, the
/// folders that are looked into for a moment).
struct DescriptorShares: Sendable {
  /// Rounds of small files that come in at the same time, and as many that go out.
  static let rounds = 4
  /// A file that comes in is open together with its folder at worst, one that goes out alone.
  private static let descriptorsOfFile = 3
  private static let mostInRound = 64
  /// For everything else.
  private static let rest = 64

  let connections: Int
  let transfers: Int
  /// Files in a round at most.
  let filesInRound: Int

  /// - Parameter count: how many descriptors the process may have.
  init(of count: Int) {
    let half = count / 2
    connections = half - Self.rest / 2
    let perFile = Self.rounds * Self.descriptorsOfFile
    filesInRound = max(1, min(Self.mostInRound, half / 2 / perFile))
    transfers = max(16, half - Self.rest / 2 - filesInRound * perFile)
  }
}
