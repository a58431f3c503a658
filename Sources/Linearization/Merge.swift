/// The merge of C3: the lists of the parents, and the list of the parents themselves, become one.
///
/// Take the first head, in the order of the lists, that is in no list's tail; repeat. Tried naively,
/// each step looks through all lists. Here the tails are counted once: for each class, in how many
/// tails it is. A head is good when its count is 0, and the good heads wait in a heap by list. So a
/// merge takes steps in proportion to the lists' lengths, times the logarithm of their number.
///
/// And it looks at less than that where it may. From the junction on, where all lists become one,
/// there is nothing to merge, and so not when one list alone is left: in the usual hierarchy, with one
/// root and long lists that end alike, only the small beginnings matter. In the longest list, only the
/// classes that another list has, too, are counted; the others are taken as they come.
struct Merge: Sendable {
  /// No head is good.
  struct Conflict: Error {
    /// That one class comes before another in a list.
    struct Link {
      var earlier: Int32
      var later: Int32
      /// Which list: a parent's index, or the number of parents for the list of parents.
      var list: Int
    }

    /// The heads of the lists, each once, in the lists' order.
    var heads: [Int32]
    /// Links that contradict each other, each beginning with the class that the one before ends with.
    var ring: [Link]
  }

  /// What is known of a class; of this merge, if the stamp is.
  private struct Mark {
    var stamp = 0
    /// In how many tails it is.
    var tails: Int32 = 0
    /// The last list that has it as its head; -1 if none has. ``Merge/previous`` has the others.
    var list: Int32 = -1
  }

  private var stamp = 0
  private var marks: [Mark] = []

  private var parents: [Int32] = []
  /// How many of the parents themselves are used up.
  private var usedParents = 0
  /// What is left of each parent's list.
  private var places: [SharedLists.Place] = []
  /// Which of them is the longest.
  private var longest = 0
  /// Where all lists become one.
  private var junction = SharedLists.Place.end
  /// How many lists have not reached the junction.
  private var unmerged = 0
  /// For each list, another one with the same head; -1 behind the last.
  private var previous: [Int32] = []
  private var good = IndexHeap()

  /// Merges.
  ///
  /// - Parameters:
  ///   - parents: The parents' numbers, none twice.
  ///   - lists: Where their lists are.
  ///   - classCount: More than any number of a class.
  /// - Returns: What the child's list has behind the child, and where it goes on.
  mutating func run(
    _ parents: [Int32], _ lists: SharedLists, classCount: Int
  ) throws(Conflict) -> (own: [Int32], rest: SharedLists.Place) {
    guard parents.count > 1 else { return ([], parents.first.map(lists.start) ?? .end) }
    begin(classCount)
    self.parents = parents
    usedParents = 0
    places = parents.map(lists.start)
    junction = places.dropFirst().reduce(places[0]) { lists.junction($0, $1) }
    unmerged = places.count { $0 != junction }
    longest = places.indices.max { lists.length(from: places[$0]) < lists.length(from: places[$1]) } ?? 0
    countTails(lists)
    findGoodHeads(lists)

    var own: [Int32] = []
    while unmerged > 1 || usedParents < parents.count - 1 {
      guard let list = good.pop() else { throw deadlock(lists).conflict() }
      let number = list < parents.count ? lists.number(at: places[list]) : parents[usedParents]
      own.append(number)
      if list == longest, !isMarked(number) {
        takeUnmarked(lists, &own)
      } else {
        advance(past: number, lists)
      }
    }
    return (own, places.first { $0 != junction } ?? junction)
  }

  private func deadlock(_ lists: SharedLists) -> Deadlock {
    Deadlock(places: places, junction: junction, parents: parents[usedParents...], lists: lists)
  }

  /// The first of some classes that is among those before it.
  mutating func firstDuplicate(_ numbers: [Int32], classCount: Int) -> Int32? {
    guard numbers.count > 1 else { return nil }
    begin(classCount)
    for number in numbers {
      guard !isMarked(number) else { return number }
      marks[Int(number)].stamp = stamp
    }
    return nil
  }

  private mutating func begin(_ classCount: Int) {
    stamp += 1
    if marks.count < classCount {
      marks += repeatElement(Mark(), count: max(classCount, 2 * marks.count) - marks.count)
    }
  }

  @inline(__always)
  private func isMarked(_ number: Int32) -> Bool { marks[Int(number)].stamp == stamp }

  /// The mark of a class, fresh at its first use in a merge.
  private subscript(_ number: Int32) -> Mark {
    get {
      let mark = marks[Int(number)]
      return mark.stamp == stamp ? mark : Mark(stamp: stamp)
    }
    set { marks[Int(number)] = newValue }
  }

  private mutating func countTails(_ lists: SharedLists) {
    for parent in parents { self[parent].tails += parent == parents[0] ? 0 : 1 }
    // Behind the junction's own class nobody looks: it blocks what comes behind it.
    let last = junction == .end ? junction : lists.next(junction)
    for (list, start) in places.enumerated() where list != longest {
      guard start != junction else { continue }
      _ = lists.walk(from: lists.next(start), to: last) {
        self[$0].tails += 1
        return true
      }
    }
    guard places[longest] != junction else { return }
    _ = lists.walk(from: lists.next(places[longest]), to: last) {
      if isMarked($0) { marks[Int($0)].tails += 1 }
      return true
    }
  }

  private mutating func findGoodHeads(_ lists: SharedLists) {
    previous = Array(repeating: -1, count: parents.count + 1)
    good.removeAll()
    for (list, place) in places.enumerated() { hangFirst(list, at: lists.number(at: place)) }
    hangFirst(parents.count, at: parents[0])
  }

  private mutating func hangFirst(_ list: Int, at head: Int32) {
    let isFirst = self[head].list < 0
    hang(list, at: head)
    if isFirst, self[head].tails == 0 { good.insert(list) }
  }

  /// Notes that a class is the head of a list.
  private mutating func hang(_ list: Int, at head: Int32) {
    previous[list] = self[head].list
    self[head].list = Int32(list)
  }

  /// Takes a class from all lists, which have it as their heads.
  private mutating func advance(past number: Int32, _ lists: SharedLists) {
    var list = Int(self[number].list)
    while list >= 0 {
      let following = Int(previous[list])
      if list == parents.count {
        usedParents += 1
        if usedParents < parents.count { reach(parents[usedParents], with: list) }
      } else {
        arrive(list, at: lists.next(places[list]), lists)
      }
      list = following
    }
  }

  /// Takes the classes that no other list has from the longest list, of which the first is taken already.
  private mutating func takeUnmarked(_ lists: SharedLists, _ own: inout [Int32]) {
    let place = lists.walk(from: lists.next(places[longest]), to: junction) {
      guard !isMarked($0) else { return false }
      own.append($0)
      return true
    }
    arrive(longest, at: place, lists)
  }

  private mutating func arrive(_ list: Int, at place: SharedLists.Place, _ lists: SharedLists) {
    places[list] = place
    if place == junction { unmerged -= 1 }
    if place != .end { reach(lists.number(at: place), with: list) }
  }

  /// Makes a class of a list's tail its head.
  private mutating func reach(_ head: Int32, with list: Int) {
    guard list != longest || isMarked(head) else { return good.insert(list) }
    hang(list, at: head)
    self[head].tails -= 1
    // That was the last tail with it: all lists that have it have it as their head now.
    if self[head].tails == 0 { good.insert(firstList(at: head)) }
  }

  private func firstList(at head: Int32) -> Int {
    var list = self[head].list
    var first = list
    while list >= 0 {
      first = min(first, list)
      list = previous[Int(list)]
    }
    return Int(first)
  }
}
