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
        } else if BytePattern.matches(pattern, name, escapes: false) {
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
}
