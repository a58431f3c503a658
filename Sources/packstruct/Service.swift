import BinaryPacking

/// A line in, a line out.
enum Service {
  static func answer(_ line: [UInt8]) -> String {
    do throws(RequestError) {
      var reader = JSONReader(line)
      return try answer(try reader.read())
    } catch {
      return answer(error: error.message)
    }
  }

  static func answer(error message: String) -> String {
    "{\"error\": \(JSONText.string(message))}"
  }

  private static func answer(_ request: JSONValue) throws(RequestError) -> String {
    guard case .object(let members) = request else { throw RequestError("a request is an object, not \(request.kind)") }
    guard case .string(let text) = members["format"] else {
      throw RequestError("a request has a string \"format\", as {\"format\": \"<I\", \"values\": [1]}")
    }
    let format = try format(text)
    switch (members["values"], members["bytes"]) {
    case (.array(let values), nil):
      return "{\"bytes\": \"\(Hex.encode(try pack(values, by: format)))\"}"
    case (nil, .string(let digits)):
      guard let bytes = Hex.decode(digits) else { throw RequestError("\"bytes\" are pairs of hexadecimal digits") }
      return "{\"values\": \(JSONText.values(try unpack(bytes, by: format)))}"
    case (.some(let values), nil):
      throw RequestError("\"values\" are an array, not \(values.kind)")
    case (nil, .some(let bytes)):
      throw RequestError("\"bytes\" are a string of hexadecimal digits, not \(bytes.kind)")
    default:
      throw RequestError("a request has either \"values\" to pack or \"bytes\" to unpack")
    }
  }

  private static func format(_ text: String) throws(RequestError) -> BinaryFormat {
    do throws(PackingError) {
      let format = try BinaryFormat(text)
      guard format.size <= Bounds.line, format.valueCount <= Bounds.values else {
        throw PackingError(
          .sizeOverflow,
          "a record of \(format.size) bytes and \(format.valueCount) values is over this program's bounds of "
            + "\(Bounds.line) bytes and \(Bounds.values) values")
      }
      return format
    } catch {
      throw RequestError(error.message)
    }
  }

  private static func pack(_ values: [JSONValue], by format: BinaryFormat) throws(RequestError) -> [UInt8] {
    var packed: [PackedValue] = []
    var fields = format.fields
    for (index, value) in values.enumerated() {
      // Values without a field are refused by their number.
      guard let field = fields.next() else { break }
      packed.append(try Conversion.value(value, for: field, index: index))
    }
    while packed.count < values.count { packed.append(0) }
    do throws(PackingError) {
      return try format.pack(values: packed)
    } catch {
      throw RequestError(error.message)
    }
  }

  private static func unpack(_ bytes: [UInt8], by format: BinaryFormat) throws(RequestError) -> [PackedValue] {
    do throws(PackingError) {
      return try format.unpack(from: bytes)
    } catch {
      throw RequestError(error.message)
    }
  }
}
