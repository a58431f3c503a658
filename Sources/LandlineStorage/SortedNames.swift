import Glibc
import LandlineProtocol

/// Names of one folder in byte order, packed into few bytes: a folder may have a million.
///
/// It takes names in any order and can let go of the largest of them when it holds too much; who wants those too reads
/// the folder again, behind the last one that was kept.
struct SortedNames {
  private struct Name {
    /// The first 8 bytes as a number, zeros behind a shorter name: nearly always it tells which of two comes first.
    var prefix: UInt64
    var offset: UInt32
    var count: UInt8
  }

  /// What a name costs besides its bytes.
  private static let overhead = MemoryLayout<Name>.stride + 1

  private let after: [UInt8]?
  /// Each with a NUL behind it, as the kernel wants a name.
  private var bytes: [UInt8] = []
  private var names: [Name] = []
  /// What is not below this is out; known since names were let go of for the first time.
  private var bound: [UInt8]?

  /// - Parameter after: takes only names behind this one.
  init(after: [UInt8]?) {
    self.after = after
  }

  var count: Int { names.count }
  /// The memory it holds, in bytes, about.
  var cost: Int { bytes.count + names.count * MemoryLayout<Name>.stride }
  /// Whether names were let go of.
  var isTrimmed: Bool { bound != nil }

  /// Takes a name of at most 255 bytes without a NUL, if it can still be among those that are kept.
  mutating func offer(_ name: UnsafeRawBufferPointer) {
    if let after, !Self.isAscending(after, name) { return }
    if let bound, Self.isAscending(bound, name) { return }
    names.append(
      Name(prefix: Self.prefix(of: name), offset: UInt32(bytes.count), count: UInt8(truncatingIfNeeded: name.count)))
    bytes.append(contentsOf: name)
    bytes.append(0)
  }

  /// Sorts the names, and keeps the smallest of them: as many as have room in `budget` bytes, but at least one.
  mutating func sort(keeping budget: Int) {
    bytes.withUnsafeBytes { bytes in
      names.sort { Self.isAscending($0, $1, in: bytes) }
    }
    var cost = 0
    let kept = names.prefix { name in
      cost += Int(name.count) + Self.overhead
      return cost <= budget
    }.count
    guard kept < names.count else { return }
    names.removeLast(names.count - max(kept, 1))
    var packed: [UInt8] = []
    packed.reserveCapacity(min(budget, bytes.count))
    for index in names.indices {
      let name = names[index]
      names[index].offset = UInt32(packed.count)
      packed.append(contentsOf: bytes[Int(name.offset)...(Int(name.offset) + Int(name.count))])
    }
    bytes = packed
    bound = self[names.count - 1]
  }

  /// The name at `index`, which counts in byte order once they are sorted.
  subscript(index: Int) -> [UInt8] {
    let name = names[index]
    return Array(bytes[Int(name.offset)..<(Int(name.offset) + Int(name.count))])
  }

  /// The name at `index` as C wants it.
  func withCString<Result>(at index: Int, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { bytes in
      let rest = UnsafeBufferPointer(rebasing: bytes[Int(names[index].offset)...])
      return rest.withMemoryRebound(to: CChar.self) { characters in
        // Not empty: there is a NUL at least.
        characters.baseAddress.map(body) ?? body("")
      }
    }
  }

  private static func prefix(of name: UnsafeRawBufferPointer) -> UInt64 {
    var prefix: UInt64 = 0
    for index in 0..<8 { prefix = prefix << 8 | (index < name.count ? UInt64(name[index]) : 0) }
    return prefix
  }

  private static func isAscending(_ left: Name, _ right: Name, in bytes: UnsafeRawBufferPointer) -> Bool {
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    return isAscending(
      UnsafeRawBufferPointer(rebasing: bytes[Int(left.offset)...].prefix(Int(left.count))),
      UnsafeRawBufferPointer(rebasing: bytes[Int(right.offset)...].prefix(Int(right.count))))
  }

  private static func isAscending(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Bool {
    left.withUnsafeBytes { isAscending($0, right) }
  }

  private static func isAscending(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard let first = left.baseAddress, let second = right.baseAddress else { return left.count < right.count }
    let order = memcmp(first, second, min(left.count, right.count))
    return order != 0 ? order < 0 : left.count < right.count
  }
}
