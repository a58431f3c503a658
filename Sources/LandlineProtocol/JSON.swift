import FoundationEssentials

/// JSON to and from values, with errors a peer can be told.
public enum JSON {
  /// - Throws: `LineError` (`bad-request`) that says what is missing or of the wrong kind, and where.
  public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>)
    throws(LineError) -> Value
  {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as LineError {
      throw error
    } catch let error as DecodingError {
      throw LineError(.badRequest, describe(error))
    } catch {
      throw LineError(.badRequest, "that is not JSON")
    }
  }

  /// One line of JSON, keys sorted, slashes as they are.
  public static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Our own values are strings, integers, booleans and arrays of them: none of them fails to encode.
    guard let data = try? encoder.encode(value) else { return Array("{}".utf8) }
    return Array(data)
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      return "\(place(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(place(context.codingPath)) is not of the right kind"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "that is not JSON" : "\(place(context.codingPath)) is not a possible value"
    @unknown default:
      return "that is not a possible message"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    "'" + printable(path.map(\.stringValue).joined(separator: ".")) + "'"
  }
}
