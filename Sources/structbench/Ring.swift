/// A buffer that is used again and again. Records go to 64 places in turn, so that no store can be left out because
/// the next one overwrites it.
final class Ring {
  static let places = 64
  let size: Int
  var bytes: [UInt8]

  init(size: Int) {
    self.size = size
    bytes = [UInt8](repeating: 0, count: size * Self.places)
  }

  /// Calls a closure with each number below a count, the bytes, and where its record lies.
  @inline(__always)
  func write(_ count: Int, _ body: (Int, inout MutableRawSpan, Int) -> Void) -> Int {
    let size = size
    // Taken out, so that the loop works on a variable of its own.
    var bytes: [UInt8] = []
    swap(&bytes, &self.bytes)
    defer { self.bytes = bytes }
    var elements = bytes.mutableSpan
    var span = elements.mutableBytes
    for index in 0..<count { body(index, &span, (index & (Self.places - 1)) * size) }
    return Int(span.unsafeLoad(fromByteOffset: 0, as: UInt8.self))
  }

  /// Adds up what a closure makes of each record.
  @inline(__always)
  func read(_ count: Int, _ body: (RawSpan, Int) -> Int) -> Int {
    let size = size
    let bytes = bytes
    let span = bytes.span.bytes
    var sum = 0
    for index in 0..<count { sum &+= body(span, (index & (Self.places - 1)) * size) }
    return sum
  }
}
