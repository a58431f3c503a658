//! Reads a stream of fixed-size records into types of its own, without an allocation for each.

import BinaryPacking

// snippet.types
/// What a measurement is of; a record with another number is refused.
enum Quantity: UInt8, PackedConvertible {
  case temperature = 1
  case humidity
}

/// An id, a quantity, a padding byte, a place of six bytes, a value.
let format = try BinaryFormat(">HBx6sf")
// snippet.end

// snippet.pack
var stream = [UInt8](repeating: 0, count: 3 * format.size)
let cellar: [6 of UInt8] = [67, 69, 76, 76, 65, 82]
for (index, value) in ([7.5, 8.0, 8.25] as [Float]).enumerated() {
  try format.pack(UInt16(index), Quantity.temperature, cellar, value, into: &stream, at: index * format.size)
}
// snippet.end

// snippet.span
/// The mean of the values in a buffer of records.
func mean(_ records: RawSpan) throws(PackingError) -> Float {
  var sum: Float = 0
  let starts = try format.recordOffsets(in: records.byteCount)
  for start in starts {
    let (_, _, _, value) = try format.unpack(
      UInt16.self, Quantity.self, [6 of UInt8].self, Float.self, from: records, at: start)
    sum += value
  }
  return sum / Float(starts.count)
}

print(try mean(stream.span.bytes))  // 7.9166665
// snippet.end
