import Glibc

/// A small generator whose runs can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  /// A new seed each run, or that of the environment's `LINEARIZATION_SEED`, to repeat a failure.
  init() {
    let given = getenv("LINEARIZATION_SEED").flatMap { UInt64(String(cString: $0)) }
    seed = given ?? UInt64.random(in: .min ... .max)
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Classes and their parents, parents first.
struct RandomHierarchy {
  private(set) var names: [String] = []
  private(set) var parents: [String: [String]] = [:]

  init(using generator: inout SeededGenerator) {
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    let hasRoot = number(0...2) == 0
    if hasRoot { add("object", []) }
    let disorder = [0, 0, 10, 3][number(0...3)]
    // One in twenty is large.
    let isLarge = number(1...20) == 1
    let most = number(1...(isLarge ? 12 : 5))
    for index in 0..<number(1...(isLarge ? 60 : 14)) {
      // The last ones first, mostly: people put the special before the general.
      var pool = Array(names.reversed())
      if pool.count > 6, number(0...1) == 0 { pool = Array(pool.prefix(6)) }
      var chosen = pool.filter { _ in number(0...2) == 0 }
      chosen = Array(chosen.prefix(most))
      if disorder > 0, number(0...disorder) == 0 { chosen.shuffle(using: &generator) }
      if number(0...60) == 0, let parent = chosen.randomElement(using: &generator) { chosen.append(parent) }
      // A Python class without parents has `object`.
      if hasRoot, chosen.isEmpty { chosen = ["object"] }
      add("C\(index)", chosen)
    }
  }

  private mutating func add(_ name: String, _ parents: [String]) {
    names.append(name)
    self.parents[name] = parents
  }

  /// In the form that `Python/mro.py` reads.
  var line: String { names.map { "\($0):\(parents[$0]!.joined(separator: ","))" }.joined(separator: ";") }
}
