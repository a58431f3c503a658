/// Linearizations of many classes of one hierarchy; what has been found out is kept.
///
/// ```swift
/// var linearizer = Linearizer { (name: String) in hierarchy[name] }
/// for name in hierarchy.keys {
///   print(try linearizer.linearization(of: name))
/// }
/// ```
///
/// Linearizations share their ends where they can: those of a chain of 10,000 classes need the memory
/// of one. Errors are kept, too: each class below a faulty one has its error.
public struct Linearizer<Class: Hashable & Sendable>: Sendable {
  private var hierarchy: Hierarchy<Class>
  private let parents: @Sendable (Class) -> [Class]?

  /// Makes a linearizer that knows nothing yet.
  ///
  /// - Parameters:
  ///   - limit: How many classes all linearizations together may have, counted without sharing; a
  ///     class that has none counts as much as its parents' longest. It bounds time and memory where a hierarchy
  ///     comes from strangers: n classes can have n²/2. Behind the first that is too large no more are made.
  ///   - parents: The direct parents of a class, in order; an empty list for a root, nil for a class
  ///     that does not exist. It is asked once for each class that exists, and has to answer as if it
  ///     were always asked at once.
  public init(limit: Int = .max, parents: @escaping @Sendable (Class) -> [Class]?) {
    hierarchy = Hierarchy(limit: limit)
    self.parents = parents
  }

  /// The linearization of a class; see ``linearize(_:parents:)``.
  ///
  /// - Throws: Why there is none, for this class or one of its ancestors.
  public mutating func linearization(of start: Class) throws(LinearizationError<Class>) -> [Class] {
    let number = try hierarchy.resolve(start, parents: parents)
    return hierarchy.list(number)
  }

  /// How many classes the linearization of a class has; the list itself is not made.
  ///
  /// - Throws: Why there is none, for this class or one of its ancestors.
  public mutating func count(of start: Class) throws(LinearizationError<Class>) -> Int {
    let number = try hierarchy.resolve(start, parents: parents)
    return hierarchy.count(number)
  }
}
