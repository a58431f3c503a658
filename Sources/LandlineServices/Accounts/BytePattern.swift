/// Patterns of bytes: `*` for any number of them, `?` for one, `\` takes the next one as it is.
enum BytePattern {
  private enum Step: Equatable {
    case any, one
    case byte(UInt8)

    /// Where nothing is escaped.
    init(_ byte: UInt8) {
      switch byte {
      case UInt8(ascii: "*"): self = .any
      case UInt8(ascii: "?"): self = .one
      default: self = .byte(byte)
      }
    }
  }

  private static func steps(_ pattern: [UInt8], escapes: Bool) -> [Step] {
    guard escapes else { return pattern.map(Step.init) }
    var steps: [Step] = []
    var isEscaped = false
    for byte in pattern {
      if isEscaped {
        steps.append(.byte(byte))
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        steps.append(Step(byte))
      }
    }
    if isEscaped { steps.append(.byte(UInt8(ascii: "\\"))) }
    return steps
  }

  /// Whether the whole of `text` fits, in time proportional to the product of the lengths at worst.
  /// - Parameter escapes: whether `\` is one; without them nothing is allocated.
  static func matches(_ pattern: [UInt8], _ text: [UInt8], escapes: Bool = true) -> Bool {
    let text = text.lazy.map(Step.byte)
    return escapes ? covers(steps(pattern, escapes: true), text) : covers(pattern.lazy.map(Step.init), text)
  }

  /// Whether whatever fits `other` fits `pattern`. Where that takes more than a look from left to right, the answer is no.
  /// - Parameter escapes: whether `\` is one.
  static func contains(_ pattern: [UInt8], _ other: [UInt8], escapes: Bool = true) -> Bool {
    covers(steps(pattern, escapes: escapes), steps(other, escapes: escapes))
  }

  private static func covers<Pattern: RandomAccessCollection<Step>, Text: RandomAccessCollection<Step>>(
    _ pattern: Pattern, _ text: Text
  ) -> Bool where Pattern.Index == Int, Text.Index == Int {
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
