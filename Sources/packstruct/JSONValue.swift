/// A value of a JSON text; a number is its characters, so that none of its digits is lost.
enum JSONValue {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// What it is, for an error message.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// What Python's `bool` makes of what `json` makes of it; numbers are not asked.
  var truth: Bool {
    switch self {
    case .null: false
    case .bool(let truth): truth
    case .number: true
    case .string(let text): !text.isEmpty
    case .array(let elements): !elements.isEmpty
    case .object(let members): !members.isEmpty
    }
  }
}

/// Why a line is no JSON, or no request.
struct RequestError: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
