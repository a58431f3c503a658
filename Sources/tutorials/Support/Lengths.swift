import BinaryPacking

/// The length that 4 bytes say: struct code `i`, signed, in this machine's order, as every header of the tutorials has it.
///
/// - Parameters:
///   - bytes: 4 of them.
///   - bound: The largest that is believed: a stranger may write anything.
/// - Throws: ``Failure`` for a negative one, or one over the bound.
func length(_ bytes: [UInt8], atMost bound: Int = 65_536) throws -> Int {
  let length = try BinaryFormat("i").unpack(Int.self, from: bytes)
  guard (0...bound).contains(length) else { throw Failure("a length of \(length) bytes, of at most \(bound)") }
  return length
}
