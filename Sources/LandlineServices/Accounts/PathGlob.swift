public import LandlineProtocol

/// A pattern for paths: `**` for any number of components, `*` and `?` for bytes of one component.
public struct PathGlob: Hashable, Sendable, CustomStringConvertible {
  let components: [[UInt8]]
  public let description: String

  public init(_ text: String) {
    description = text
    components = Array(text.utf8).split(separator: UInt8(ascii: "/")).map(Array.init)
  }

  /// Whether the whole of `path` fits.
  public func matches(_ path: RemotePath) -> Bool { matches(path.components) }

  /// Whether the whole of a path with these components fits, be they such as `RemotePath` allows or not.
  func matches(_ names: [[UInt8]]) -> Bool { reached(by: names)[components.count] }

  /// For each number of components of this pattern whether so many of them can stand for `names`.
  func reached(by names: [[UInt8]]) -> [Bool] {
    var reachable = closed([true] + Array(repeating: false, count: components.count))
    for name in names {
      var next = Array(repeating: false, count: components.count + 1)
      for (index, pattern) in components.enumerated() where reachable[index] {
        if Self.isAny(pattern) {
          next[index] = true
        } else if Self.matches(pattern, name) {
          next[index + 1] = true
        }
      }
      reachable = closed(next)
    }
    return reachable
  }

  /// `**` may also stand for nothing.
  private func closed(_ reachable: [Bool]) -> [Bool] {
    var reachable = reachable
    for (index, pattern) in components.enumerated() where reachable[index] && Self.isAny(pattern) {
      reachable[index + 1] = true
    }
    return reachable
  }

  static func isAny(_ pattern: [UInt8]) -> Bool { pattern.elementsEqual("**".utf8) }

  /// Matching with `*` and `?`, in time proportional to the product of the lengths at worst.
  private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    var p = 0
    var n = 0
    var star: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let back = star {
        p = back.pattern + 1
        n = back.name + 1
        star = (back.pattern, back.name + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
