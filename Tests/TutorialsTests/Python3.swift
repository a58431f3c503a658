import Testing

@testable import tutorials

/// Runs python3 over pairs of texts, and expects that it finds nothing wrong with them.
///
/// - Parameters:
///   - check: Python's statements for one case; `case` has its texts, and `wrong(…)` says what is not as it should be.
///   - cases: Any number of lists of texts.
func askPython(
  _ check: String, about cases: [[String]], _ location: SourceLocation = #_sourceLocation
) throws {
  let hex = { (text: String) in text.isEmpty ? "-" : text.utf8.map { Python.hex(UInt32($0), digits: 2) }.joined() }
  let script = """
    import ast, base64, datetime, hashlib, json, os, time, urllib.parse
    def unhex(word): return "" if word == "-" else bytes.fromhex(word).decode()
    def wrong(*words): print(*map(ascii, words))
    count = 0
    for line in '''
    \(cases.map { $0.map(hex).joined(separator: " ") }.joined(separator: "\n"))
    '''.strip().splitlines():
      case = [unhex(word) for word in line.split()]
      count += 1
    \(check.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
    print(count)

    """
  let answer = try Shell("python3 -I -S - <<'END OF SCRIPT'\n\(script)\nEND OF SCRIPT")
  #expect(answer.errors.text == "", sourceLocation: location)
  #expect(answer.output.text == "\(cases.count)\n", sourceLocation: location)
}

/// Random values, the same in each run.
struct Samples {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ (value >> 31)) % UInt64(bound))
  }

  mutating func bytes() -> [UInt8] { (0..<next(below: 70)).map { _ in UInt8(next(below: 256)) } }

  mutating func text() -> String {
    // Characters that every version of Unicode has long had, so that Swift and Python know the same of them.
    let pools: [ClosedRange<Int>] = [
      0x00...0x7F, 0x20...0x7E, 0x80...0x180, 0x4E00...0x9FA0, 0x2000...0x206F, 0xE000...0xE010, 0xFFFE...0xFFFF,
      0x1F600...0x1F640, 0x300...0x310, 0x27...0x27, 0x22...0x22, 0x5C...0x5C, 0xFEFF...0xFEFF, 0x10FFFF...0x10FFFF,
    ]
    var scalars = String.UnicodeScalarView()
    for _ in 0..<next(below: 12) {
      let pool = pools[next(below: pools.count)]
      if let scalar = UnicodeScalar(UInt32(pool.lowerBound + next(below: pool.count))) { scalars.append(scalar) }
    }
    return String(scalars)
  }

  mutating func value(depth: Int = 0) -> PythonValue {
    switch next(below: depth < 3 ? 10 : 7) {
    case 0: .none
    case 1: .bool(next(below: 2) == 1)
    case 2: .integer(next(below: 1 << 40) - (1 << 39))
    case 3: .largeInteger("-123456789012345678901234567890123456\(next(below: 1000))")
    case 4: .float(Double(next(below: 1 << 50)) * [1e-30, 1e-5, 0.001, 1, 0.5, 1e10][next(below: 6)])
    case 5, 6: .text(text())
    case 7: .list((0..<next(below: 4)).map { _ in value(depth: depth + 1) })
    default:
      .dict(
        (0..<next(below: 4)).map { PythonValue.Member(key: "\($0)" + text(), value: value(depth: depth + 1)) })
    }
  }
}
