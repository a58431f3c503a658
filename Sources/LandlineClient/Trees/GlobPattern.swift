/// A pattern for paths, as a shell has it (POSIX.1-2024, Shell Command Language, section 2.14): `*` and `?` for
/// characters of one component, `[a-z]` and `[!a-z]` for one of a set, `**` as a whole component for any number of them,
/// `\` before a character that stands for itself.
///
/// A name that begins with a dot fits only where the pattern has the dot.
public struct GlobPattern: Hashable, Sendable {
  private enum Part: Hashable {
    case literal([UInt8])
    case pattern([Token])
    /// `**`
    case anyFolders
  }

  private enum Token: Hashable {
    case scalar(Unicode.Scalar)
    case one
    case many
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
  }

  private let parts: [Part]

  /// - Parameter text: components separated by `/`; one at the beginning or the end does not matter.
  public init(_ text: String) {
    parts = text.unicodeScalars.split(separator: "/").map { component in
      if component.elementsEqual("**".unicodeScalars) { return .anyFolders }
      let tokens = Self.tokens(Array(component))
      var literal = String.UnicodeScalarView()
      for token in tokens {
        guard case .scalar(let scalar) = token else { return .pattern(tokens) }
        literal.append(scalar)
      }
      return .literal(Array(String(literal).utf8))
    }
  }

  /// Whether it stands for one path only.
  public var isLiteral: Bool {
    parts.allSatisfy { part in
      if case .literal = part { return true }
      return false
    }
  }

  /// The components before the first that is no literal: where to look.
  public var fixedFolder: String {
    var path: [UInt8] = []
    for part in parts.dropLast() {
      guard case .literal(let name) = part else { break }
      if !path.isEmpty { path.append(UInt8(ascii: "/")) }
      path += name
    }
    return String(decoding: path, as: UTF8.self)
  }

  /// Whether it can fit something in a folder of the ``fixedFolder``, and not only in that itself.
  public var isDeep: Bool {
    parts.drop { if case .literal = $0 { true } else { false } }.count > 1 || parts.contains(.anyFolders)
  }

  /// Whether the whole of `path` fits.
  public func matches(_ path: String) -> Bool {
    let names = path.utf8.split(separator: UInt8(ascii: "/")).map { ArraySlice(Array($0)) }
    return Self.match(parts[...], names[...])
  }

  // MARK: Matching

  /// Like ``matchTokens(_:_:)``: only the last `**` ever needs to be tried again.
  private static func match(_ parts: ArraySlice<Part>, _ names: ArraySlice<ArraySlice<UInt8>>) -> Bool {
    var parts = parts
    var names = names
    var retry: (parts: ArraySlice<Part>, names: ArraySlice<ArraySlice<UInt8>>)?
    while true {
      if case .anyFolders? = parts.first {
        parts = parts.dropFirst()
        retry = (parts, names)
        // At the end it stands for everything below, and there must be something.
        if parts.isEmpty { return !names.isEmpty && !names.contains(where: isHidden) }
        continue
      }
      if let name = names.first, let part = parts.first, fits(part, name) {
        parts = parts.dropFirst()
        names = names.dropFirst()
        continue
      }
      if parts.isEmpty && names.isEmpty { return true }
      guard let (again, rest) = retry, let skipped = rest.first, !isHidden(skipped) else { return false }
      retry = (again, rest.dropFirst())
      parts = again
      names = rest.dropFirst()
    }
  }

  private static func isHidden(_ name: ArraySlice<UInt8>) -> Bool { name.first == UInt8(ascii: ".") }

  private static func fits(_ part: Part, _ name: ArraySlice<UInt8>) -> Bool {
    switch part {
    case .literal(let literal): return name.elementsEqual(literal)
    case .anyFolders: return true
    case .pattern(let tokens):
      if isHidden(name), tokens.first != .scalar(".") { return false }
      return matchTokens(tokens, Array(String(decoding: name, as: UTF8.self).unicodeScalars))
    }
  }

  /// In time proportional to the product of both lengths: only the last `*` ever needs to be tried again.
  private static func matchTokens(_ tokens: [Token], _ text: [Unicode.Scalar]) -> Bool {
    var token = 0
    var position = 0
    var retry: (token: Int, position: Int)?
    while position < text.count || token < tokens.count {
      if token < tokens.count {
        if case .many = tokens[token] {
          token += 1
          retry = (token, position)
          continue
        }
        if position < text.count, fits(tokens[token], text[position]) {
          token += 1
          position += 1
          continue
        }
      }
      guard let (again, from) = retry, from < text.count else { return false }
      retry = (again, from + 1)
      token = again
      position = from + 1
    }
    return true
  }

  private static func fits(_ token: Token, _ scalar: Unicode.Scalar) -> Bool {
    switch token {
    case .scalar(let expected): scalar == expected
    case .one, .many: true
    case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
    }
  }

  // MARK: Reading a pattern

  private static func tokens(_ text: [Unicode.Scalar]) -> [Token] {
    var tokens: [Token] = []
    var rest = text[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*":
        if tokens.last != .many { tokens.append(.many) }
      case "?": tokens.append(.one)
      case "\\": tokens.append(.scalar(rest.popFirst() ?? "\\"))
      case "[":
        // Without its end it is a bracket like any other.
        if let set = set(&rest) { tokens.append(set) } else { tokens.append(.scalar("[")) }
      default: tokens.append(.scalar(scalar))
      }
    }
    return tokens
  }

  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Token? {
    var inner = rest
    var isNegated = false
    if inner.first == "!" || inner.first == "^" {
      isNegated = true
      inner.removeFirst()
    }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let lower = inner.popFirst() {
      // A bracket at the very beginning stands for itself.
      if lower == "]" && !ranges.isEmpty {
        rest = inner
        return .set(ranges, isNegated: isNegated)
      }
      var upper = lower
      if inner.first == "-", let end = inner.dropFirst().first, end != "]" {
        upper = end
        inner = inner.dropFirst(2)
      }
      // A range the wrong way round has nothing in it.
      if lower <= upper { ranges.append(lower...upper) }
    }
    return nil
  }
}
