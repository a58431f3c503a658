import Synchronization

/// A number that tasks count up and down.
final class Counter: Sendable {
  private let number = Atomic<Int>(0)

  var value: Int { number.load(ordering: .relaxed) }

  func add(_ difference: Int) {
    number.add(difference, ordering: .relaxed)
  }
}
