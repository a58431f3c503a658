extension PathGlob {
  /// Whether every name that fits `other` fits this pattern. Some that do only by several ways together are not seen
  /// to.
  func contains(_ other: PathGlob) -> Bool {
    var reachable = Set([0])
    advance(&reachable)
    for component in other.components {
      var next: Set<Int> = []
      for place in reachable where place < components.count {
        if Self.isAny(components[place]) {
          next.insert(place)
        } else if !Self.isAny(component), BytePattern.contains(components[place], component, escapes: false) {
          next.insert(place + 1)
        }
      }
      reachable = next
      advance(&reachable)
    }
    return reachable.contains(components.count)
  }

  /// `**` may also stand for nothing.
  private func advance(_ reachable: inout Set<Int>) {
    for place in components.indices where reachable.contains(place) && Self.isAny(components[place]) {
      reachable.insert(place + 1)
    }
  }
}
