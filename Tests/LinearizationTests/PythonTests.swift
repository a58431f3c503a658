import Linearization
import Testing

/// Random hierarchies, built as real Python classes: the same `__mro__`, or the same TypeError.
@Suite("Linearizations as CPython has them")
struct PythonTests {
  /// In the form that `Python/mro.py` writes.
  private func rendered(_ result: Result<[String], LinearizationError<String>>) -> String {
    switch result {
    case .success(let list): list.joined(separator: ",")
    case .failure(let error) where error.code == .duplicateParent: "!\(error.failedClass) duplicate"
    case .failure(let error) where error.code == .inconsistent:
      "!\(error.failedClass) \(error.classes.joined(separator: ","))"
    case .failure(let error): "?\(error)"
    }
  }

  private func result(
    _ body: () throws(LinearizationError<String>) -> [String]
  ) -> Result<[String], LinearizationError<String>> {
    do throws(LinearizationError<String>) {
      return .success(try body())
    } catch {
      return .failure(error)
    }
  }

  @Test func randomHierarchies() throws {
    var generator = SeededGenerator()
    let hierarchies = (0..<8_000).map { _ in RandomHierarchy(using: &generator) }
    let answers = try Shell.lines(Shell.python("mro.py"), input: hierarchies.map(\.line))
    try #require(answers.count == hierarchies.count)
    var (lists, conflicts, differences) = (0, 0, 0)
    for (hierarchy, answer) in zip(hierarchies, answers) {
      let parents = hierarchy.parents
      var linearizer = Linearizer { parents[$0] }
      // In any order: what is kept of one class must not change another's.
      let order = hierarchy.names.shuffled(using: &generator)
      for name in order { _ = try? linearizer.linearization(of: name) }
      let kept = hierarchy.names.map { name in
        rendered(result { () throws(LinearizationError<String>) in try linearizer.linearization(of: name) })
      }
      let fresh = hierarchy.names.map { name in
        rendered(result { () throws(LinearizationError<String>) in try linearize(name) { parents[$0] } })
      }
      lists += fresh.count { !$0.hasPrefix("!") }
      conflicts += fresh.count { $0.hasPrefix("!") }
      guard kept.joined(separator: ";") != answer || fresh != kept else { continue }
      differences += 1
      guard differences <= 5 else { continue }
      Issue.record(
        """
        \(hierarchy.line), LINEARIZATION_SEED=\(generator.seed)
          Python: \(answer)
          fresh:  \(fresh.joined(separator: ";"))
          kept:   \(kept.joined(separator: ";"))
        """)
    }
    #expect(differences == 0)
    // Enough of both kinds to mean something.
    #expect(lists > 20_000 && conflicts > 2_000, "\(lists) lists, \(conflicts) errors")
  }

  /// Each reason is true: the order is in the linearization that it names, and the ring is closed.
  @Test func contradictionsAreTrue() throws {
    var generator = SeededGenerator()
    var conflicts = 0
    for _ in 0..<4_000 {
      let hierarchy = RandomHierarchy(using: &generator)
      let parents = hierarchy.parents
      for name in hierarchy.names {
        let result = result { () throws(LinearizationError<String>) in try linearize(name) { parents[$0] } }
        guard case .failure(let error) = result, error.code == .inconsistent else { continue }
        conflicts += 1
        let ring = error.contradiction
        #expect(ring.count >= 2, "\(hierarchy.line), LINEARIZATION_SEED=\(generator.seed)")
        for (link, following) in zip(ring, ring.dropFirst() + ring.prefix(1)) {
          #expect(link.later == following.earlier)
          let order = try link.parent.map { try linearize($0) { parents[$0] } } ?? parents[error.failedClass]!
          let earlier = try #require(order.firstIndex(of: link.earlier))
          let later = try #require(order.firstIndex(of: link.later))
          #expect(earlier < later, "\(error), \(hierarchy.line), LINEARIZATION_SEED=\(generator.seed)")
        }
      }
    }
    #expect(conflicts > 200)
  }
}
