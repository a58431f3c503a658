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
      return try BinaryFormat(text)
    } catch {
      throw RequestError(error.message)
    }
  }

  /// Packs, with the error that Python has: a wrong number of values before all others, then that of the first value.
  private static func pack(_ values: [JSONValue], by format: BinaryFormat) throws(RequestError) -> [UInt8] {
    var packed: [PackedValue] = []
    var refusal: RequestError?
    if values.count == format.valueCount {
      try checkBounds(format)
      for (index, field) in format.fields.enumerated() {
        let placeholder = Conversion.placeholder(for: field)
        // Behind the first that is refused nothing can change the answer, but an error before it does.
        guard refusal == nil else {
          packed.append(placeholder)
          continue
        }
        do throws(RequestError) {
          packed.append(try Conversion.value(values[index], for: field, index: index))
        } catch {
          refusal = error
          packed.append(placeholder)
        }
      }
    } else {
      // Their number is the error, whatever they are.
      packed = [PackedValue](repeating: 0, count: values.count)
    }
    let bytes: [UInt8]
    do throws(PackingError) {
      bytes = try format.pack(values: packed)
    } catch {
      throw RequestError(error.message)
    }
    if let refusal { throw refusal }
    return bytes
  }

  private static func unpack(_ bytes: [UInt8], by format: BinaryFormat) throws(RequestError) -> [PackedValue] {
    if bytes.count == format.size { try checkBounds(format) }
    do throws(PackingError) {
      return try format.unpack(from: bytes)
    } catch {
      throw RequestError(error.message)
    }
  }

  private static func checkBounds(_ format: BinaryFormat) throws(RequestError) {
    guard format.size <= Bounds.record, format.valueCount <= Bounds.values else {
      throw RequestError(
        "a record of \(format.size) bytes and \(format.valueCount) values is over this program's bounds of "
          + "\(Bounds.record) bytes and \(Bounds.values) values: use a smaller repeat count")
    }
  }
}
