/// A name in the server's tree: components of bytes, compared byte by byte (docs/PROTOCOL.md section 5).
///
/// Never compare such names as Swift strings: `String` equality is canonical equivalence, under which
/// two different files can have equal names.
public struct RemotePath: Hashable, Sendable, CustomStringConvertible {
  /// The components; none for the root.
  public let components: [[UInt8]]
  /// Whether it was written with a `/` at its end, which says that a folder is meant.
  public let isFolderHint: Bool

  /// The root of the tree.
  public static let root = RemotePath(components: [], isFolderHint: false)

  /// The longest component in bytes, and the longest path: what Linux takes (PATH_MAX counts a NUL at the end).
  public static let maximumComponent = 255
  public static let maximumPath = 4_095
  /// The most components: each folder on the way costs an inode and an fsync.
  public static let maximumComponents = 128

  private init(components: [[UInt8]], isFolderHint: Bool) {
    self.components = components
    self.isFolderHint = isFolderHint
  }

  /// Checks `text` against the rules for names.
  /// - Throws: `LineError` with code `bad-path` and a sentence that says what is wrong.
  public init(_ text: String) throws(LineError) {
    var bytes = Array(text.utf8)
    guard bytes.count <= Self.maximumPath else {
      throw LineError(.badPath, "a path has at most \(Self.maximumPath) bytes, this one \(bytes.count)")
    }
    var hint = false
    if bytes.last == UInt8(ascii: "/"), bytes.count > 1 {
      bytes.removeLast()
      hint = true
    }
    if bytes.isEmpty {
      self.init(components: [], isFolderHint: false)
      return
    }
    guard bytes.first != UInt8(ascii: "/") else {
      throw LineError(.badPath, "'\(printable(text))' begins with '/'; paths are relative to the server's tree")
    }
    var components: [[UInt8]] = []
    for part in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      try Self.check(part, of: text)
      components.append(Array(part))
    }
    guard components.count <= Self.maximumComponents else {
      throw LineError(
        .badPath, "a path has at most \(Self.maximumComponents) components, this one \(components.count)")
    }
    self.init(components: components, isFolderHint: hint)
  }

  private static func check(_ part: ArraySlice<UInt8>, of text: String) throws(LineError) {
    if let problem = problem(withComponent: part) {
      throw LineError(.badPath, "'\(printable(text))': \(problem)")
    }
  }

  /// What is wrong with `part` as the name of a file, in words; nil when nothing is.
  public static func problem(withComponent part: some Collection<UInt8>) -> String? {
    Array(part).withUnsafeBytes { problem(withComponent: $0) }
  }

  /// As `problem(withComponent:)`, in one pass: a folder may have a million names.
  public static func problem(withComponent part: UnsafeRawBufferPointer) -> String? {
    if part.isEmpty { return "a component is empty" }
    if part.count > maximumComponent {
      return "a component has \(part.count) bytes; at most \(maximumComponent) are possible"
    }
    let dot = UInt8(ascii: ".")
    if part[0] == dot, part.count == 1 || part.count == 2 && part[1] == dot {
      return "a path on the server cannot contain '.' or '..'"
    }
    var isASCII = true
    for byte in part {
      if byte < 0x20 || byte == 0x7F {
        return "control characters (newline, tab, NUL and their like) cannot stand in a name"
      }
      if byte == UInt8(ascii: "/") { return "a component contains '/'" }
      if byte >= 0x80 { isASCII = false }
    }
    return isASCII || String(validating: part, as: UTF8.self) != nil ? nil : "a name must be UTF-8"
  }

  /// The folder it is in; nil for the root.
  public var parent: RemotePath? {
    components.isEmpty
      ? nil : RemotePath(components: Array(components.dropLast()), isFolderHint: false)
  }

  /// The last component; nil for the root.
  public var name: [UInt8]? { components.last }

  /// This path with `name` as a further component.
  /// - Throws: `bad-path` as `init(_:)`.
  public func appending(_ name: [UInt8]) throws(LineError) -> RemotePath {
    try Self.check(name[...], of: String(decoding: name, as: UTF8.self))
    return RemotePath(components: components + [name], isFolderHint: false)
  }

  /// This path with its last component replaced.
  /// - Throws: `bad-path` as `init(_:)`, and for the root, which has no name.
  public func renamed(to name: [UInt8]) throws(LineError) -> RemotePath {
    guard let parent else { throw LineError(.badPath, "the root has no name") }
    return try parent.appending(name)
  }

  /// The bytes of the whole path, components joined by `/`, without one at the end.
  public var bytes: [UInt8] { Array(components.joined(separator: [UInt8(ascii: "/")])) }

  public var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// `text` as it may stand in a message: what a terminal takes for a command or reads backwards as `\xNN` or `\u{NNNN}`,
/// and not endless.
/// - Parameter most: characters (Unicode scalars) that are shown.
public func printable(_ text: String, atMost most: Int = 200) -> String {
  // Nearly all are plain ASCII.
  if text.utf8.count <= most, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
  var result = ""
  for scalar in text.unicodeScalars.prefix(most) {
    switch scalar.value {
    // C0 and C1 (ECMA-48): among them ESC, and CSI as one character.
    case 0..<0x20, 0x7F...0x9F: result += "\\x" + Hex.encode([UInt8(scalar.value)])
    // Line ends, and marks that turn the direction of what follows (UAX 9).
    case 0x2028...0x202E, 0x2066...0x2069: result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.count > most ? result + "…" : result
}
