/// Patterns of bytes: `*` for any number of them, `?` for one, `\` takes the next one as it is.
enum BytePattern {
  private enum Step: Equatable {
    case any, one
    case byte(UInt8)
  }

  private static func steps(_ pattern: [UInt8], escapes: Bool) -> [Step] {
    var steps: [Step] = []
    var isEscaped = false
    for byte in pattern {
      if isEscaped {
        steps.append(.byte(byte))
        isEscaped = false
        continue
      }
      switch byte {
      case UInt8(ascii: "*"): steps.append(.any)
      case UInt8(ascii: "?"): steps.append(.one)
      case UInt8(ascii: "\\") where escapes: isEscaped = true
      default: steps.append(.byte(byte))
      }
    }
    if isEscaped { steps.append(.byte(UInt8(ascii: "\\"))) }
    return steps
  }

  /// Whether the whole of `text` fits, in time proportional to the product of the lengths at worst.
  static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
    covers(steps(pattern, escapes: true), text.map(Step.byte))
  }

  /// Whether whatever fits `other` fits `pattern`. Where that takes more than a look from left to right, the answer is no.
  /// - Parameter escapes: whether `\` is one.
  static func contains(_ pattern: [UInt8], _ other: [UInt8], escapes: Bool = true) -> Bool {
    covers(steps(pattern, escapes: escapes), steps(other, escapes: escapes))
  }

  private static func covers(_ pattern: [Step], _ text: [Step]) -> Bool {
    var p = 0
    var t = 0
    var star: (pattern: Int, text: Int)?
    while t < text.count {
      if p < pattern.count, pattern[p] == .any {
        star = (p, t)
        p += 1
      } else if p < pattern.count, text[t] != .any, pattern[p] == .one || pattern[p] == text[t] {
        p += 1
        t += 1
      } else if let back = star {
        p = back.pattern + 1
        t = back.text + 1
        star = (back.pattern, back.text + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == .any }
  }
}
