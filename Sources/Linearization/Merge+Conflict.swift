extension Merge {
  /// What the lists are like when there are some and no head is good.
  struct Deadlock {
    /// What is left of each parent's list.
    let places: [SharedLists.Place]
    /// Where all lists become one.
    let junction: SharedLists.Place
    /// What is left of the parents themselves.
    let parents: ArraySlice<Int32>
    let lists: SharedLists

    /// Finds out who wants what.
    func conflict() -> Conflict {
      var heads = places.filter { $0 != .end }.map(lists.number) + parents.prefix(1)
      var seen: Set<Int32> = []
      heads.removeAll { !seen.insert($0).inserted }
      return Conflict(heads: heads, ring: ring(from: heads[0], blockers(of: seen)))
    }

    /// For each head the first list that has it in its tail: each has one, else it would be good.
    private func blockers(of heads: Set<Int32>) -> [Int32: Int] {
      var blockers: [Int32: Int] = [:]
      let last = junction == .end ? junction : lists.next(junction)
      for (list, start) in places.enumerated() where start != junction {
        _ = lists.walk(from: lists.next(start), to: last) {
          if heads.contains($0), blockers[$0] == nil { blockers[$0] = list }
          return true
        }
      }
      for parent in parents.dropFirst() where heads.contains(parent) && blockers[parent] == nil {
        blockers[parent] = places.count
      }
      return blockers
    }

    /// From a head to the head of the list that blocks it, and so on: that ends in a ring.
    private func ring(from head: Int32, _ blockers: [Int32: Int]) -> [Conflict.Link] {
      var path: [Conflict.Link] = []
      var positions: [Int32: Int] = [:]
      var later = head
      while positions[later] == nil, let list = blockers[later] {
        positions[later] = path.count
        let earlier = list < places.count ? lists.number(at: places[list]) : parents[parents.startIndex]
        path.append(Conflict.Link(earlier: earlier, later: later, list: list))
        later = earlier
      }
      // Each link leads to an earlier class; backwards, each begins where the one before ends.
      return path.dropFirst(positions[later] ?? 0).reversed()
    }
  }
}
