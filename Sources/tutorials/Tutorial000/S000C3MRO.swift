import Linearization

/// The order in which Python looks a method up in a class and its ancestors: C3, with the tutorial's example A to G.
///
/// Nothing is on the wire. The original: one line of its worked example has [E,B,A] where the order is [E,A,B].
enum S000C3MRO: Script {
  static let about = About("s000_c3_mro", "C3 method resolution order, A to G, and a hierarchy without one")

  private static let hierarchy: [String: [String]] = [
    "O": [], "A": ["O"], "B": ["O"], "C": ["O"], "E": ["A", "B"], "F": ["B", "C"], "G": ["E", "F"],
    "X": ["A", "B"], "Y": ["B", "A"],
  ]

  static func script(_ settings: Settings) throws {
    for name in ["A", "B", "C", "E", "F", "G"] {
      let parents = hierarchy[name, default: []].joined(separator: ",")
      print("\(name)(\(parents))=[\(try mroC3(name).joined(separator: ","))]")
    }
    print("mro_C3(E, F)=[\(try mroC3("E", "F").joined(separator: ","))]")
    do {
      print(try mroC3("X", "Y"))
    } catch let error as LinearizationError<String> {
      print("TypeError: inconsistent hierarchy, no C3 MRO is possible")
      print(error)
    }
  }

  /// The linearization of one class, or of a class with several as its parents, which is left away itself.
  private static func mroC3(_ classes: String...) throws -> [String] {
    guard classes.count > 1 else { return try linearize(classes[0]) { hierarchy[$0] } }
    let name = "a class of \(classes.joined(separator: ", "))"
    return try Array(linearize(name) { $0 == name ? classes : hierarchy[$0] }.dropFirst())
  }
}
