/// A hierarchy as far as it has been asked about: a number for each class, and its list.
struct Hierarchy<Class: Hashable & Sendable>: Sendable {
  private enum State: Sendable {
    case new
    case open
    case done
    case failed(LinearizationError<Class>)
  }

  /// A class whose parents are being visited.
  private struct Visit {
    let number: Int32
    let parents: [Int32]
    var visited = 0
  }

  private var numbers: [Class: Int32] = [:]
  private var classes: [Class] = []
  private var states: [State] = []
  private var lists = SharedLists()
  private var merge = Merge()
  private var room: Int

  /// - Parameter limit: How many classes all lists together may have, counted without sharing.
  init(limit: Int) { room = limit }

  /// The list of a class that has one.
  func list(_ number: Int32) -> [Class] {
    let start = lists.start(of: number)
    // Not `append`, which looks for its generic self at each class.
    return Array(unsafeUninitializedCapacity: lists.length(from: start)) { list, count in
      _ = lists.walk(from: start, to: .end) {
        list.initializeElement(at: count, to: classes[Int($0)])
        count += 1
        return true
      }
    }
  }

  /// How many classes the list of a class has.
  func count(_ number: Int32) -> Int { lists.length(from: lists.start(of: number)) }

  /// Makes the list of a class and of all its ancestors that have none yet.
  ///
  /// - Returns: The class's number.
  mutating func resolve(
    _ start: Class, parents: (Class) -> [Class]?
  ) throws(LinearizationError<Class>) -> Int32 {
    let first = number(start)
    // A stack of our own: the depth of a hierarchy is not bounded by the thread's.
    var visits: [Visit] = []
    do throws(LinearizationError<Class>) {
      try open(first, &visits, parents)
      while var visit = visits.popLast() {
        guard visit.visited < visit.parents.count else {
          try close(visit)
          continue
        }
        let parent = visit.parents[visit.visited]
        visit.visited += 1
        visits.append(visit)
        try open(parent, &visits, parents)
      }
    } catch {
      // What waits for its parents waits for the class that failed.
      for visit in visits { states[Int(visit.number)] = .failed(error) }
      throw error
    }
    return first
  }

  private mutating func number(_ name: Class) -> Int32 {
    if let number = numbers[name] { return number }
    let number = Int32(classes.count)
    numbers[name] = number
    classes.append(name)
    states.append(.new)
    return number
  }

  /// Begins with a class, unless it is finished.
  private mutating func open(
    _ number: Int32, _ visits: inout [Visit], _ parents: (Class) -> [Class]?
  ) throws(LinearizationError<Class>) {
    let name = classes[Int(number)]
    switch states[Int(number)] {
    case .done:
      return
    case .failed(let error):
      throw error
    case .open:
      let path = visits.drop { $0.number != number }.map { classes[Int($0.number)] }
      throw LinearizationError(.cycle, name, path)
    case .new:
      break
    }
    guard let names = parents(name) else {
      let child = visits.last.map { [classes[Int($0.number)]] } ?? []
      throw LinearizationError(.unknownClass, name, child)
    }
    // On the stack before anything is checked, so that an error is kept for this class, too.
    let visit = Visit(number: number, parents: names.map { self.number($0) })
    visits.append(visit)
    states[Int(number)] = .open
    if let duplicate = merge.firstDuplicate(visit.parents, classCount: classes.count) {
      throw LinearizationError(.duplicateParent, name, [classes[Int(duplicate)]])
    }
  }

  /// Makes the list of a class whose parents have theirs.
  private mutating func close(_ visit: Visit) throws(LinearizationError<Class>) {
    let name = classes[Int(visit.number)]
    // Its list is no shorter than its longest parent's.
    guard visit.parents.map(count).max() ?? 0 < room else { throw keep(tooLarge(name), for: visit.number) }
    let (own, rest): ([Int32], SharedLists.Place)
    do throws(Merge.Conflict) {
      (own, rest) = try merge.run(visit.parents, lists, classCount: classes.count)
    } catch {
      // The merge has walked its parents' lists: that counts, too.
      room -= visit.parents.map(count).max() ?? 0
      throw keep(inconsistent(name, error, visit.parents), for: visit.number)
    }
    let count = 1 + own.count + lists.length(from: rest)
    // Before it is kept: what is refused takes no memory.
    guard count <= room else { throw keep(tooLarge(name), for: visit.number) }
    lists.add(visit.number, own, rest: rest)
    room -= count
    states[Int(visit.number)] = .done
  }

  /// With one list over the limit no more are made: looking at each of them would take time without a bound.
  private mutating func tooLarge(_ name: Class) -> LinearizationError<Class> {
    room = 0
    return LinearizationError(.tooLarge, name)
  }

  private mutating func keep(
    _ error: LinearizationError<Class>, for number: Int32
  ) -> LinearizationError<Class> {
    states[Int(number)] = .failed(error)
    return error
  }

  private func inconsistent(
    _ name: Class, _ conflict: Merge.Conflict, _ parents: [Int32]
  ) -> LinearizationError<Class> {
    LinearizationError(
      .inconsistent, name, conflict.heads.map { classes[Int($0)] },
      contradiction: conflict.ring.map { link in
        LinearizationError.Precedence(
          earlier: classes[Int(link.earlier)], later: classes[Int(link.later)],
          parent: link.list < parents.count ? classes[Int(parents[link.list])] : nil)
      })
  }
}
