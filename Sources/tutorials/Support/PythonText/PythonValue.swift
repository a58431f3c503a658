/// A value as Python has it: what JSON can say, and what is printed.
///
/// ```swift
/// let header: PythonValue = ["cmd": "put", "filesize": .integer(size)]
/// try stream.write(header.json)  // {"cmd": "put", "filesize": 12}
/// print(header.repr)             // {'cmd': 'put', 'filesize': 12}
/// ```
enum PythonValue: Equatable, Sendable {
  case none
  case bool(Bool)
  case integer(Int)
  /// A whole number that no `Int` holds, as its decimal digits, with `-` before them if it is negative.
  case largeInteger(String)
  case float(Double)
  case text(String)
  case bytes([UInt8])
  case list([PythonValue])
  case tuple([PythonValue])
  /// A dictionary with text as its keys. As in Python the order is kept, and each key is there once.
  case dict([Member])

  struct Member: Equatable, Sendable {
    let key: String
    var value: PythonValue
  }

  /// The value under a key; nil if there is none, or no dictionary.
  subscript(key: String) -> PythonValue? {
    guard case .dict(let members) = self else { return nil }
    return members.first { Python.isSame($0.key, key) }?.value
  }

  /// The text, if it is one.
  var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The number, if it is one that an `Int` holds.
  var integer: Int? { if case .integer(let number) = self { number } else { nil } }

  /// The elements, if it is a list.
  var list: [PythonValue]? { if case .list(let values) = self { values } else { nil } }
}

/// Names for Python's ways to write text.
enum Python {
  /// Whether two texts are the same to Python, which compares scalars; Swift's `==` takes `é` and `e` + U+0301 for one.
  static func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}

extension PythonValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  init(stringLiteral text: String) { self = .text(text) }
  init(integerLiteral number: Int) { self = .integer(number) }
  init(booleanLiteral truth: Bool) { self = .bool(truth) }
  init(arrayLiteral values: PythonValue...) { self = .list(values) }
  init(dictionaryLiteral members: (String, PythonValue)...) {
    self = .dict(members.map { Member(key: $0.0, value: $0.1) })
  }
}
