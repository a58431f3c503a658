extension IPv6Address {
  /// 55: eight groups of four digits, `%`, and a zone.
  public static var maximumTextLength: Int { 39 + 1 + IPv6Zone.maximumTextLength }

  /// Appends the address as RFC 5952 wants it, at most 55 bytes; see ``AddressText/write(into:)``.
  ///
  /// The longest run of two or more zero groups (the first of equals) becomes `::`, letters are
  /// small, and an IPv4-mapped address ends in dotted decimal (§5): `::ffff:192.0.2.1`, as glibc and
  /// Python 3.13 print it, where older Pythons have `::ffff:c000:201`.
  public func write(into output: inout OutputSpan<UInt8>) {
    if let mapped = ipv4Mapped {
      output.append("::ffff:")
      mapped.write(into: &output)
    } else {
      writeGroups(into: &output)
    }
    if let zone {
      output.append(.percent)
      zone.write(into: &output)
    }
  }

  private func writeGroups(into output: inout OutputSpan<UInt8>) {
    let zeros = longestZeroRun
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound, !zeros.isEmpty {
        output.append("::")
        index = zeros.upperBound
        continue
      }
      if index > 0, index != zeros.upperBound || zeros.isEmpty { output.append(.colon) }
      output.append(hex: group(index))
      index += 1
    }
  }

  /// A group of 16 bits, the first as it is written being 0.
  private func group(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * index))
  }

  private var longestZeroRun: Range<Int> {
    var best = 0..<0
    var start = 0
    for index in 0..<8 {
      if group(index) != 0 {
        start = index + 1
      } else if index + 1 - start > max(best.count, 1) {
        best = start..<index + 1
      }
    }
    return best
  }

  /// All eight groups with all digits, as in `2001:0db8:0000:0000:0000:0000:0000:0001`, and the zone.
  /// (Python: `exploded`, which has no zone.)
  public var exploded: String {
    String(unsafeUninitializedCapacity: IPv6Address.maximumTextLength) { buffer in
      var output = OutputSpan(buffer: buffer, initializedCount: 0)
      for index in 0..<8 {
        if index > 0 { output.append(.colon) }
        output.append(hex: group(index), digits: 4)
      }
      if let zone {
        output.append(.percent)
        zone.write(into: &output)
      }
      return output.finalize(for: buffer)
    }
  }

  /// The name under which the DNS keeps the name of this address (RFC 3596 §2.5): its 32 digits
  /// backwards, then `ip6.arpa`. (Python: `reverse_pointer`.)
  public var reversePointer: String {
    String(unsafeUninitializedCapacity: 72) { buffer in
      var output = OutputSpan(buffer: buffer, initializedCount: 0)
      for shift in 0..<32 {
        output.append(hex: UInt16(truncatingIfNeeded: value >> UInt128(4 * shift) & 0xF))
        output.append(.dot)
      }
      output.append("ip6.arpa")
      return output.finalize(for: buffer)
    }
  }
}
