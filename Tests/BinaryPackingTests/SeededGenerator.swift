import Glibc

/// A small generator whose runs can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  /// A new seed each run, or that of the environment's `PACKING_SEED`, to repeat a failure.
  init() {
    let given = getenv("PACKING_SEED").flatMap { UInt64(String(cString: $0)) }
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

  /// A number below a bound; cheaper than `Int.random` in a debug build.
  mutating func below(_ bound: Int) -> Int {
    Int(next() >> 1) % bound
  }
}
