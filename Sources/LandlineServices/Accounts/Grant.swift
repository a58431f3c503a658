public import LandlineProtocol

/// One thing a role may do: `admin`, `files.read=GLOB`, `files.write=GLOB`, `chat.rooms=GLOB`.
public struct Grant: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case admin
    case filesRead = "files.read"
    case filesWrite = "files.write"
    case chatRooms = "chat.rooms"
  }

  public var kind: Kind
  /// What it extends to; nil for `admin`.
  public var glob: PathGlob?

  /// - Returns: nil for a text that is no grant of this version, which therefore grants nothing.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let kind = Kind(rawValue: String(first)) else { return nil }
    self.kind = kind
    if kind == .admin {
      guard parts.count == 1 else { return nil }
    } else {
      guard parts.count == 2, !parts[1].isEmpty else { return nil }
      glob = PathGlob(String(parts[1]))
    }
  }

  public var description: String {
    kind.rawValue + (glob.map { "=\($0)" } ?? "")
  }
}

/// A pattern for paths: `**` for any number of components, `*` and `?` for bytes of one component.
public struct PathGlob: Hashable, Sendable, CustomStringConvertible {
  private let components: [[UInt8]]
  public let description: String

  public init(_ text: String) {
    description = text
    components = Array(text.utf8).split(separator: UInt8(ascii: "/")).map(Array.init)
  }

  /// Whether the whole of `path` fits.
  public func matches(_ path: RemotePath) -> Bool {
    // reachable[i]: the first i pattern components can stand for the path components seen so far.
    var reachable = closed([true] + Array(repeating: false, count: components.count))
    for name in path.components {
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
    return reachable[components.count]
  }

  /// `**` may also stand for nothing.
  private func closed(_ reachable: [Bool]) -> [Bool] {
    var reachable = reachable
    for (index, pattern) in components.enumerated() where reachable[index] && Self.isAny(pattern) {
      reachable[index + 1] = true
    }
    return reachable
  }

  private static func isAny(_ pattern: [UInt8]) -> Bool { pattern.elementsEqual("**".utf8) }

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
