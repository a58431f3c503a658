/// The C3 linearization of a class: itself and all its ancestors, in the order in which a method is
/// looked up.
///
/// ```swift
/// let hierarchy = ["D": ["B", "C"], "B": ["A"], "C": ["A"], "A": []]
/// print(try linearize("D") { hierarchy[$0] })  // ["D", "B", "C", "A"]
/// ```
///
/// A class comes before its parents, parents in the order in which the class names them, and the
/// order of each ancestor's own linearization is kept (Barrett et al., "A Monotonic Superclass
/// Linearization for Dylan", 1996; Python's method resolution order, `__mro__`).
///
/// Nothing recurses: a chain may have any length. For many classes of one hierarchy, a ``Linearizer``
/// keeps what it has found out.
///
/// - Parameters:
///   - start: The class. Classes are any hashable values: names, roles, metatypes' identifiers.
///   - parents: The direct parents of a class, in order; an empty list for a root, nil for a class
///     that does not exist. It is asked once for each class.
/// - Returns: The linearization; the class itself is first.
/// - Throws: Why there is none, for this class or one of its ancestors.
public func linearize<Class: Hashable & Sendable>(
  _ start: Class, parents: (Class) -> [Class]?
) throws(LinearizationError<Class>) -> [Class] {
  var hierarchy = Hierarchy<Class>(limit: .max)
  let number = try hierarchy.resolve(start, parents: parents)
  return hierarchy.list(number)
}
