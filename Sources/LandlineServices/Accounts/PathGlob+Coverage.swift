import LandlineProtocol

extension PathGlob {
  /// Paths below a folder that fit whatever their names are, by how many components they have more than the folder.
  struct Coverage {
    /// Numbers that fit.
    var some: Set<Int> = []
    /// From this number on all fit; nil: there is no such number.
    var all: Int?

    mutating func formUnion(_ other: Coverage) {
      some.formUnion(other.some)
      all = [all, other.all].compactMap(\.self).min()
    }

    /// Whether the folder itself and whatever may be in it fits.
    var isEverything: Bool { all.map { (0..<$0).allSatisfy(some.contains) } ?? false }
  }

  /// What of `folder` and below it fits whatever the names are. Patterns that leave no name out only together (`?` and
  /// `??*`) are not seen to do so.
  func coverage(of folder: RemotePath) -> Coverage {
    var coverage = Coverage()
    for (index, isReached) in reached(by: folder.components).enumerated() where isReached {
      let rest = components[index...]
      guard rest.allSatisfy({ Self.isAny($0) || Self.isAnyName($0) }) else { continue }
      let names = rest.count { !Self.isAny($0) }
      coverage.some.insert(names)
      if names < rest.count { coverage.all = min(coverage.all ?? names, names) }
    }
    return coverage
  }

  /// Whether every name of one component fits: stars, and at most one `?`, for no name is empty.
  private static func isAnyName(_ pattern: [UInt8]) -> Bool {
    let questionMarks = pattern.count { $0 == UInt8(ascii: "?") }
    let stars = pattern.count { $0 == UInt8(ascii: "*") }
    return stars > 0 && questionMarks <= 1 && stars + questionMarks == pattern.count
  }
}
