/// Why a class has no linearization.
///
/// The ``code`` is for programs. The ``description`` is a sentence that names the classes, and for
/// the hard case says who wants what:
///
/// > Z has no linearization: its parent A puts X before Y, its parent B puts Y before X
public struct LinearizationError<Class: Hashable & Sendable>: Error, Hashable, Sendable {
  /// The kinds of mistakes; a struct, so that later versions can add some without breaking callers.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case inconsistent = "inconsistent"
      case duplicateParent = "duplicate-parent"
      case cycle = "cycle"
      case unknownClass = "unknown-class"
      case tooLarge = "too-large"
    }

    private let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// No order keeps those of all parents. (Python: "Cannot create a consistent method resolution
    /// order".)
    public static var inconsistent: Code { Code(.inconsistent) }

    /// A class names a parent twice. (Python: "duplicate base class".)
    public static var duplicateParent: Code { Code(.duplicateParent) }

    /// A class is among its own ancestors.
    public static var cycle: Code { Code(.cycle) }

    /// A class does not exist, but is asked for or named as a parent.
    public static var unknownClass: Code { Code(.unknownClass) }

    /// All linearizations together have more classes than the limit.
    public static var tooLarge: Code { Code(.tooLarge) }

    /// The code's name, as in `duplicate-parent`.
    public var description: String { kind.rawValue }
  }

  /// That one class comes before another, and who says so.
  public struct Precedence: Hashable, Sendable {
    /// The class that has to come first.
    public let earlier: Class

    /// The class that has to come later.
    public let later: Class

    /// The parent whose linearization has this order; nil if it is the order in which the class names
    /// its parents.
    public let parent: Class?
  }

  /// What kind of mistake it is.
  public let code: Code

  /// The class with the mistake: the one that was asked about, or an ancestor of it.
  public let failedClass: Class

  /// The classes that the mistake is about.
  ///
  /// - ``Code/inconsistent``: the classes of which each should come next and none can, in Python's
  ///   order.
  /// - ``Code/duplicateParent``: the parent that is named twice.
  /// - ``Code/cycle``: each a parent of the one before it, the first a parent of the last.
  /// - ``Code/unknownClass``: the class that names it as a parent, if it was not the one asked for.
  /// - ``Code/tooLarge``: none.
  public let classes: [Class]

  /// For ``Code/inconsistent``: orders that contradict each other. Each one's later class is the next
  /// one's earlier class, and the last one's is the first one's: a ring that no list can have.
  public let contradiction: [Precedence]

  init(
    _ code: Code, _ failedClass: Class, _ classes: [Class] = [], contradiction: [Precedence] = []
  ) {
    self.code = code
    self.failedClass = failedClass
    self.classes = classes
    self.contradiction = contradiction
  }
}

extension LinearizationError: CustomStringConvertible {
  /// A sentence for a person. Of long lists it shows the first eight.
  public var description: String {
    switch code {
    case .duplicateParent:
      "\(failedClass) has no linearization: it names its parent \(shown(classes)) twice"
    case .cycle:
      "\(failedClass) has no linearization: it is its own ancestor, by \(shown(classes + classes.prefix(1), " → "))"
    case .unknownClass:
      classes.isEmpty
        ? "\(failedClass) does not exist" : "\(failedClass), a parent of \(shown(classes)), does not exist"
    case .tooLarge:
      "\(failedClass) has no linearization: with it, all linearizations together are over the limit"
    default:
      "\(failedClass) has no linearization: \(shown(contradiction.map(sentence)))"
    }
  }

  private func sentence(_ precedence: Precedence) -> String {
    let order = "\(precedence.earlier) before \(precedence.later)"
    return precedence.parent.map { "its parent \($0) puts \(order)" } ?? "it names \(order)"
  }

  private func shown(_ items: [some Any], _ separator: String = ", ") -> String {
    let texts = items.prefix(8).map { "\($0)" }
    return (texts + (items.count > 8 ? ["… (\(items.count - 8) more)"] : [])).joined(separator: separator)
  }
}
