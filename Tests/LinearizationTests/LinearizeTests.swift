import Linearization
import Testing

@Suite("Linearization")
struct LinearizeTests {
  private func failure(_ start: String, _ hierarchy: [String: [String]]) -> LinearizationError<String>? {
    do throws(LinearizationError<String>) {
      _ = try linearize(start) { hierarchy[$0] }
      return nil
    } catch {
      return error
    }
  }

  @Test func aClassComesBeforeItsParents() throws {
    let hierarchy = ["D": ["B", "C"], "B": ["A"], "C": ["A"], "A": []]
    #expect(try linearize("D") { hierarchy[$0] } == ["D", "B", "C", "A"])
    #expect(try linearize("A") { hierarchy[$0] } == ["A"])
  }

  /// The family of Python's documentation of `socketserver`.
  @Test func theServersOfPython() throws {
    let hierarchy = [
      "ThreadingUnixStreamServer": ["ThreadingMixIn", "UnixStreamServer"], "ThreadingMixIn": ["object"],
      "UnixStreamServer": ["TCPServer"], "TCPServer": ["BaseServer"], "BaseServer": ["object"], "object": [],
    ]
    #expect(
      try linearize("ThreadingUnixStreamServer") { hierarchy[$0] } == [
        "ThreadingUnixStreamServer", "ThreadingMixIn", "UnixStreamServer", "TCPServer", "BaseServer", "object",
      ])
  }

  @Test func classesAreAnyHashableValues() throws {
    #expect(try linearize(12) { number in (1..<number).filter { number % $0 == 0 }.reversed() } == [12, 6, 4, 3, 2, 1])
  }

  @Test func contradictingParentsAreNamedWithTheirOrders() {
    let error = failure("Z", ["Z": ["A", "B"], "A": ["X", "Y"], "B": ["Y", "X"], "X": [], "Y": []])
    #expect(error?.code == .inconsistent)
    #expect(error?.failedClass == "Z")
    #expect(error?.classes == ["X", "Y"])
    #expect(error?.contradiction.map(\.earlier) == ["X", "Y"])
    #expect(error?.contradiction.map(\.later) == ["Y", "X"])
    #expect(error?.contradiction.map(\.parent) == ["A", "B"])
    #expect(
      error?.description == "Z has no linearization: its parent A puts X before Y, its parent B puts Y before X")
  }

  @Test func theOrderOfTheParentsThemselvesCounts() {
    let error = failure("Z", ["Z": ["Base", "Special"], "Special": ["Base"], "Base": []])
    #expect(error?.classes == ["Base", "Special"])
    #expect(
      error?.description
        == "Z has no linearization: it names Base before Special, its parent Special puts Special before Base")
  }

  @Test func ringsOfThree() {
    let hierarchy = [
      "Z": ["A", "B", "C"], "A": ["X", "Y"], "B": ["Y", "W"], "C": ["W", "X"], "X": [], "Y": [], "W": [],
    ]
    let error = failure("Z", hierarchy)
    #expect(error?.contradiction.count == 3)
    #expect(error?.classes == ["X", "Y", "W"])
  }

  /// When X is taken, all Q are free at once; they come in the order of the lists.
  @Test func manyGoodHeadsAtOnce() throws {
    let count = 50
    let parents = (1...count).map { "P\($0)" }
    let list = try linearize("Z") { name in
      switch name.first {
      case "Z": parents
      case "P": ["X", "Q\(name.dropFirst())"]
      default: []
      }
    }
    #expect(list == ["Z"] + parents + ["X"] + (1...count).map { "Q\($0)" })
  }

  @Test func aParentTwice() {
    let error = failure("D", ["D": ["A", "B", "A"], "A": [], "B": []])
    #expect(error?.code == .duplicateParent)
    #expect(error?.classes == ["A"])
    #expect(error?.description == "D has no linearization: it names its parent A twice")
  }

  @Test func cyclesAreNamed() {
    let hierarchy = ["start": ["A"], "A": ["other", "B"], "B": ["C"], "C": ["A"], "other": []]
    let error = failure("start", hierarchy)
    #expect(error?.code == .cycle)
    #expect(error?.classes == ["A", "B", "C"])
    #expect(error?.description == "A has no linearization: it is its own ancestor, by A → B → C → A")
    #expect(failure("A", ["A": ["A"]])?.classes == ["A"])
  }

  @Test func unknownClasses() {
    #expect(failure("A", ["A": ["B"]])?.description == "B, a parent of A, does not exist")
    #expect(failure("A", [:])?.description == "A does not exist")
    #expect(failure("A", ["A": ["B"]])?.failedClass == "B")
  }

  @Test func longListsAreCutInMessages() {
    let hierarchy = Dictionary(uniqueKeysWithValues: (0..<1_000).map { ("C\($0)", ["C\(($0 + 1) % 1_000)"]) })
    let error = failure("C0", hierarchy)
    #expect(error?.classes.count == 1_000)
    #expect(error?.description.hasSuffix("→ C7 → … (993 more)") == true)
  }
}

@Suite("Linearizations that are kept")
struct LinearizerTests {
  @Test func parentsAreAskedForOnce() throws {
    let hierarchy = ["D": ["B", "C"], "B": ["A"], "C": ["A"], "A": []]
    var asked: [String] = []
    _ = try linearize("D") {
      asked.append($0)
      return hierarchy[$0]
    }
    #expect(asked.sorted() == ["A", "B", "C", "D"])
  }

  @Test func errorsAreKeptForAllDescendants() throws {
    let hierarchy = ["Z": ["Y"], "Y": ["X"], "X": ["A", "A"], "A": [], "good": ["A"]]
    var linearizer = Linearizer { hierarchy[$0] }
    for name in ["Z", "Y", "X", "Z"] {
      let error = #expect(throws: LinearizationError<String>.self) { try linearizer.linearization(of: name) }
      #expect(error?.failedClass == "X")
    }
    #expect(try linearizer.linearization(of: "good") == ["good", "A"])
    #expect(try linearizer.count(of: "good") == 2)
  }

  @Test func theLimitBoundsAllListsTogether() throws {
    var linearizer = Linearizer<Int>(limit: 15) { $0 == 0 ? [] : [$0 - 1] }
    #expect(try linearizer.linearization(of: 4) == [4, 3, 2, 1, 0])
    let error = #expect(throws: LinearizationError<Int>.self) { try linearizer.linearization(of: 5) }
    #expect(error?.code == .tooLarge)
    #expect(error?.failedClass == 5)
    #expect(error?.classes == [])
    #expect(
      error?.description
        == "5 has no linearization: with it, all linearizations together are over the limit")
    #expect(try linearizer.count(of: 4) == 5)
    // What is there stays, the error stays, and nothing is added, however small.
    #expect(throws: LinearizationError<Int>.self) { try linearizer.linearization(of: 5) }
    #expect(throws: LinearizationError<Int>.self) { try linearizer.linearization(of: 6) }
    let other = Linearizer<String>(limit: 3) { $0 == "A" ? ["B", "C", "D"] : [] }
    var small = other
    #expect(throws: LinearizationError<String>.self) { try small.linearization(of: "A") }
    #expect(throws: LinearizationError<String>.self) { try small.linearization(of: "E") }
    #expect(try small.linearization(of: "D") == ["D"])
  }

  /// A limit bounds the time, too: a class without an order costs what its parents' lists do.
  @Test func contradictionsCountForTheLimit() throws {
    let parents = { @Sendable (name: String) -> [String]? in
      switch name.first {
      case "Z": ["A", "B"]
      case "A": ["X", "Y"]
      case "B": ["Y", "X"]
      default: []
      }
    }
    // X, Y, A and B have 8 classes; each Z is charged with 3 more.
    var linearizer = Linearizer<String>(limit: 12, parents: parents)
    let codes = (0..<3).map { number in
      #expect(throws: LinearizationError<String>.self) { try linearizer.linearization(of: "Z\(number)") }?.code
    }
    #expect(codes == [.inconsistent, .tooLarge, .tooLarge])
  }

  @Test func aLimitThatIsJustEnough() throws {
    var linearizer = Linearizer<Int>(limit: 6) { $0 == 0 ? [] : [$0 - 1] }
    #expect(try linearizer.linearization(of: 2) == [2, 1, 0])
    var nothing = Linearizer<Int>(limit: 0) { _ in [] }
    let error = #expect(throws: LinearizationError<Int>.self) { try nothing.count(of: 0) }
    #expect(error?.code == .tooLarge)
  }
}

/// Large hierarchies: no recursion, and not the square of the size where it can be helped.
@Suite("Large hierarchies", .timeLimit(.minutes(1)))
struct LargeTests {
  @Test func aChain() throws {
    let count = 100_000
    #expect(try linearize(count) { $0 == 0 ? [] : [$0 - 1] } == Array((0...count).reversed()))
    var linearizer = Linearizer<Int> { $0 == 0 ? [] : [$0 - 1] }
    let counts = try (0...count).map { try linearizer.count(of: $0) }
    #expect(counts == Array(1...count + 1))
  }

  @Test func aWideDiamond() throws {
    let width = 20_000
    let list = try linearize(-1) { $0 == -1 ? Array(1...width) : $0 == 0 ? [] : [0] }
    #expect(list == [-1] + Array(1...width) + [0])
  }

  /// Each pair of classes inherits from the class below, and a class from each pair.
  @Test func aTowerOfDiamonds() throws {
    let count = 20_000
    let list = try linearize(3 * count) { number in
      switch number % 3 {
      case 0: number == 0 ? [] : [number - 1, number - 2]
      default: [number - number % 3]
      }
    }
    #expect(list == Array((0...3 * count).reversed()))
  }

  /// A mixin in front of each class of a chain.
  @Test func aChainWithMixins() throws {
    let count = 2_000
    let list = try linearize("C\(count)") { name in
      let number = Int(name.dropFirst()) ?? 0
      if name.hasPrefix("M") { return ["root"] }
      return name == "root" ? [] : number == 0 ? ["root"] : ["M\(number)", "C\(number - 1)"]
    }
    #expect(list.count == 2 * count + 2)
    #expect(list.prefix(4) == ["C\(count)", "M\(count)", "C\(count - 1)", "M\(count - 1)"])
    #expect(list.last == "root")
  }

  /// A mixin behind each class of a chain: no two lists have an end in common.
  @Test func aChainWithMixinsLast() throws {
    let count = 1_000
    let list = try linearize(2 * count) { $0 == 0 || $0 % 2 == 1 ? [] : [$0 - 2, $0 - 1] }
    #expect(list == (0...count).reversed().map { 2 * $0 } + (0..<count).map { 2 * $0 + 1 })
  }

  @Test func aWideContradiction() throws {
    let width = 5_000
    // The class wants its parents in one order, and one parent of parents the opposite.
    let error = #expect(throws: LinearizationError<Int>.self) {
      try linearize(-1) { number in
        switch number {
        case -1: Array(1...width) + [width + 1]
        case width + 1: Array((1...width).reversed())
        case 0: []
        default: [0]
        }
      }
    }
    #expect(error?.code == .inconsistent)
    #expect(error?.contradiction.count == 2)
  }
}
