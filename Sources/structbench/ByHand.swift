/// A byte string into a field in bounds, as somebody would write it who has only the standard library: cut off, or
/// filled up with zeros.
@inline(__always)
func storeByHand(_ string: [UInt8], into bytes: inout MutableRawSpan, at start: Int, width: Int) {
  let count = min(string.count, width)
  bytes.withUnsafeMutableBytes { all in
    let field = UnsafeMutableRawBufferPointer(rebasing: all[start..<start + width])
    string.withUnsafeBytes { field.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    for index in count..<width { field[index] = 0 }
  }
}

/// A byte string from a field in bounds: the array is nearly all of the time that a record takes.
@inline(__always)
func loadByHand(from bytes: RawSpan, at start: Int, width: Int) -> [UInt8] {
  bytes.withUnsafeBytes { [UInt8](UnsafeRawBufferPointer(rebasing: $0[start..<start + width])) }
}
