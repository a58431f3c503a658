/// The linearizations of all classes, as lists that share their ends.
///
/// Classes are numbers here. A run is an array in which a list goes from some place down to the
/// beginning, and then on in another run. A list that begins with new classes and goes on where a run
/// ends only makes that run longer: a chain of classes is one array. So each class costs what is new
/// in its list, and two lists that have reached the same place are known to be equal from there on.
struct SharedLists: Sendable {
  /// A place in some list.
  struct Place: Equatable, Sendable {
    var run: Int32
    var index: Int32

    static let end = Place(run: -1, index: 0)
  }

  /// Classes that follow one another in a list, the last one first.
  private struct Run: Sendable {
    var numbers: [Int32]
    /// Where the list goes on behind `numbers[0]`.
    var rest: Place
    /// How long it is from there on.
    var restLength: Int
  }

  private var runs: [Run] = []
  /// Where the list of each class begins; the end, if it has none yet.
  private var starts: [Place] = []

  /// Adds the list of a class.
  ///
  /// - Parameters:
  ///   - number: The class, which begins the list.
  ///   - own: What comes next.
  ///   - rest: Where the list goes on.
  mutating func add(_ number: Int32, _ own: [Int32], rest: Place) {
    var run = Int(rest.run)
    if rest == .end || Int(rest.index) != runs[run].numbers.count - 1 {
      run = runs.count
      runs.append(Run(numbers: [], rest: rest, restLength: length(from: rest)))
    }
    runs[run].numbers += own.reversed()
    runs[run].numbers.append(number)
    while starts.count <= Int(number) { starts.append(.end) }
    starts[Int(number)] = Place(run: Int32(run), index: Int32(runs[run].numbers.count - 1))
  }

  /// Where the list of a class begins.
  func start(of number: Int32) -> Place { starts[Int(number)] }

  /// How many classes come from a place on.
  func length(from place: Place) -> Int {
    place == .end ? 0 : Int(place.index) + 1 + runs[Int(place.run)].restLength
  }

  /// The class at a place that is not the end.
  func number(at place: Place) -> Int32 { runs[Int(place.run)].numbers[Int(place.index)] }

  /// The place behind one that is not the end.
  func next(_ place: Place) -> Place {
    place.index > 0 ? Place(run: place.run, index: place.index - 1) : runs[Int(place.run)].rest
  }

  /// Goes along a list and calls a function with each class.
  ///
  /// - Parameters:
  ///   - place: Where to begin.
  ///   - end: Where to stop; a place of this list, or its end.
  ///   - body: Returns whether to go on.
  /// - Returns: The place of the class at which the function wanted to stop, or `end`.
  @inline(__always)
  func walk(from place: Place, to end: Place, _ body: (Int32) -> Bool) -> Place {
    var place = place
    while place != end {
      let run = runs[Int(place.run)]
      let lowest = place.run == end.run ? Int(end.index) + 1 : 0
      var index = Int(place.index)
      while index >= lowest {
        guard body(run.numbers[index]) else { return Place(run: place.run, index: Int32(index)) }
        index -= 1
      }
      place = lowest > 0 ? end : run.rest
    }
    return end
  }

  /// The first place that two lists have in common, from which on they are one.
  func junction(_ left: Place, _ right: Place) -> Place {
    var (left, right) = (left, right)
    while left != right {
      if left.run == right.run { return left.index < right.index ? left : right }
      // Who leaves a run with more behind it cannot miss the other one there.
      if restLength(of: left) >= restLength(of: right) {
        left = runs[Int(left.run)].rest
      } else {
        right = runs[Int(right.run)].rest
      }
    }
    return left
  }

  private func restLength(of place: Place) -> Int { place == .end ? -1 : runs[Int(place.run)].restLength }
}
