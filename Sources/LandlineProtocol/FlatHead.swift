/// The members of a head that is flat (``FlatJSON``), by name, for the few kinds that come by the thousand.
struct FlatHead {
  private let bytes: [UInt8]
  private var members: [(key: Range<Int>, value: FlatJSON.Value)] = []
  /// How many members were asked for: what nobody knows is left to the decoder for any JSON.
  private var taken = 0

  /// More members than any head has that is read here.
  private static let most = 16

  /// - Returns: nil for a head that is not flat.
  init?(_ head: [UInt8]) {
    bytes = head
    members.reserveCapacity(Self.most)
    var place = FlatJSON()
    let bytes = head.span
    guard place.skip(UInt8(ascii: "{"), in: bytes) else { return nil }
    repeat {
      guard members.count < Self.most, let key = place.key(in: bytes), let value = place.value(in: bytes) else {
        return nil
      }
      members.append((key, value))
    } while place.skip(UInt8(ascii: ","), in: bytes)
    guard place.skip(UInt8(ascii: "}"), in: bytes), place.isAtEnd(of: bytes) else { return nil }
  }

  /// Whether every member was asked for once. A name that occurs twice is asked for once only, so it is left over.
  var isSpent: Bool { taken == members.count }

  private mutating func take(_ key: StaticString) -> FlatJSON.Value? {
    for member in members where FlatJSON.equals(member.key, key, in: bytes.span) {
      taken += 1
      return member.value
    }
    return nil
  }

  // Each answers nil where the member is absent, and leaves it over where it is of the wrong kind.

  mutating func text(_ key: StaticString) -> String? {
    guard let value = take(key) else { return nil }
    guard case .text(let text) = value, let string = FlatJSON.string(text, in: bytes.span) else {
      taken -= 1
      return nil
    }
    return string
  }

  mutating func integer(_ key: StaticString) -> Int64? {
    guard let value = take(key) else { return nil }
    guard case .integer(let number) = value else {
      taken -= 1
      return nil
    }
    return number
  }

  mutating func boolean(_ key: StaticString) -> Bool? {
    guard let value = take(key) else { return nil }
    guard case .boolean(let truth) = value else {
      taken -= 1
      return nil
    }
    return truth
  }

  mutating func digest(_ key: StaticString) -> Digest256? {
    guard let value = take(key) else { return nil }
    guard case .text(let text) = value, let digest = Digest256(hex: text, in: bytes.span) else {
      taken -= 1
      return nil
    }
    return digest
  }
}

extension Digest256 {
  /// - Parameter text: exactly 64 lower-case hexadecimal digits; anything else gives nil.
  init?(hex text: FlatJSON.Text, in bytes: borrowing Span<UInt8>) {
    guard text.range.count == 64 else { return nil }
    var digest: [UInt8] = []
    digest.reserveCapacity(32)
    for index in stride(from: text.range.lowerBound, to: text.range.upperBound, by: 2) {
      guard let high = Hex.value(bytes[index]), let low = Hex.value(bytes[index + 1]) else { return nil }
      digest.append(high << 4 | low)
    }
    self.init(bytes: digest)
  }
}
