import BinaryPacking

/// The typed form beside the dynamic form, on one record: of the fields' own types, which are copied, of `Int` and
/// `Double`, which are converted, and of byte strings. It has to read the same values, refuse the same ones, and write
/// the same bytes.
struct TypedComparison {
  let format: BinaryFormat
  let bytes: [UInt8]
  let values: [PackedValue]

  init(_ format: BinaryFormat, _ bytes: [UInt8], _ values: [PackedValue]) {
    self.format = format
    self.bytes = bytes
    self.values = values
  }

  /// Nil, or what is wrong.
  func complaint() -> String? {
    let any = PackedValue.self
    let complaints: [String?] =
      switch values.count {
      case 1: [oneValue(), unpackedByPacks(Int.self)]
      case 2: [compare(Int.self, UInt16.self), compare(any, [UInt8].self), compare(UInt8.self, any)]
      case 3:
        [compare(any, Int.self, any), compare(UInt32.self, [UInt8].self, Float.self), compare(any, any, UInt8.self)]
      case 4: [compare(Int.self, Int.self, Int.self, any), unpackedByPacks(any, Double.self, any, any)]
      case 5: [compare(any, any, Int.self, any, PackedBytes.self), compare(any, any, any, any, any)]
      case 6: [compare(any, any, any, any, any, Int.self)]
      case 7: [compare(any, Int.self, any, any, any, any, any)]
      case 8: [compare(any, any, any, any, Int.self, any, any, any), compare(any, any, any, any, any, any, any, any)]
      case 9: [unpackedByPacks(any, any, any, any, Int.self, any, any, any, any)]
      default: []
      }
    return complaints.lazy.compactMap { $0 }.first
  }

  private func oneValue() -> String? {
    let complaints = [
      compare(Int8.self), compare(Int16.self), compare(Int32.self), compare(Int64.self), compare(Int.self),
      compare(UInt8.self), compare(UInt16.self), compare(UInt32.self), compare(UInt64.self), compare(UInt.self),
      compare(Int128.self), compare(Bool.self), compare(Float16.self), compare(Float.self), compare(Double.self),
      compare([UInt8].self), compare(PackedBytes.self), compare([3 of UInt8].self), compare(PackedValue.self),
    ]
    return complaints.lazy.compactMap { $0 }.first
  }

  /// What the dynamic form's value is to a type; nil if it has none.
  private func expected<Value: PackedConvertible>(_ type: Value.Type, _ index: Int) -> PackedValue? {
    // The one thing that the typed form has and the dynamic form has not: a UInt8 for `c`.
    if type == UInt8.self, case .bytes(let letter) = values[index], isLetter(index) {
      return .integer(Int128(letter[0]))
    }
    return Value(packedValue: values[index])?.packedValue
  }

  private func isLetter(_ index: Int) -> Bool {
    format.fields.dropFirst(index).first { _ in true }?.code == .char
  }

  private func judge(_ typed: [PackedValue]?, _ expected: [PackedValue?]) -> String? {
    let (typed, expected) = (typed.map(text), expected.contains(nil) ? nil : text(expected.compactMap { $0 }))
    return typed == expected ? nil : "typed \(typed ?? "refused") for \(expected ?? "a refusal")"
  }

  /// As text, for a NaN is not equal to itself; without its bits, which the typed form keeps.
  private func text(_ values: [PackedValue]) -> String {
    let texts = values.map { value in
      switch value {
      case .float(let number) where number.isNaN: "nan"
      case .bytes(let bytes): "\(bytes)"
      default: "\(value)"
      }
    }
    return texts.joined(separator: " ")
  }

  /// Compares the bytes that the typed form has written with those of the dynamic form.
  private func judge(_ typed: Result<[UInt8], PackingError>, written: [PackedValue]) -> String? {
    // The typed form keeps the bits of a NaN, and takes a UInt8 for `c`.
    for (index, value) in written.enumerated() {
      if case .float(let number) = value, number.isNaN { return nil }
      if case .integer = value, isLetter(index) { return nil }
    }
    let dynamic: Result<[UInt8], PackingError>
    do throws(PackingError) {
      dynamic = .success(try format.pack(values: written))
    } catch {
      dynamic = .failure(error)
    }
    return typed == dynamic ? nil : "typed wrote \(typed), dynamic \(dynamic), of \(written)"
  }

  private func packed(_ body: (inout [UInt8]) throws(PackingError) -> Void) -> Result<[UInt8], PackingError> {
    var buffer = [UInt8](repeating: 0xEE, count: format.size)
    do throws(PackingError) {
      try body(&buffer)
      return .success(buffer)
    } catch {
      return .failure(error)
    }
  }

  /// The general way, by parameter packs.
  private func unpackedByPacks<First: PackedConvertible, each Value: PackedConvertible>(
    _ first: First.Type, _ type: repeat (each Value).Type
  ) -> String? {
    var index = 0
    func next<Each: PackedConvertible>(_ type: Each.Type) -> PackedValue? {
      defer { index += 1 }
      return expected(type, index)
    }
    var all = [next(first)]
    for value in repeat next(each type) { all.append(value) }
    guard let record = try? format.unpack(first, repeat each type, from: bytes) else { return judge(nil, all) }
    // The compiler (6.3) cannot take the rest of such a tuple apart: as much as it shows is compared, and that there
    // are values where there have to be.
    return all.contains(nil) ? "typed reads what is no such value" : judge([record.0.packedValue], [all[0]])
  }

  private func compare<A: PackedConvertible>(_ a: A.Type) -> String? {
    let expected = [expected(a, 0)]
    guard let v = try? format.unpack(a, from: bytes) else { return judge(nil, expected) }
    let typed = [v.packedValue]
    let written = packed { (buffer: inout [UInt8]) throws(PackingError) in
      try format.pack(v, into: &buffer)
    }
    return judge(typed, expected) ?? judge(written, written: typed)
  }

  private func compare<A: PackedConvertible, B: PackedConvertible>(_ a: A.Type, _ b: B.Type) -> String? {
    let expected = [expected(a, 0), expected(b, 1)]
    guard let v = try? format.unpack(a, b, from: bytes) else { return judge(nil, expected) }
    let typed = [v.0.packedValue, v.1.packedValue]
    let written = packed { (buffer: inout [UInt8]) throws(PackingError) in
      try format.pack(v.0, v.1, into: &buffer)
    }
    return judge(typed, expected) ?? judge(written, written: typed)
  }

  private func compare<A: PackedConvertible, B: PackedConvertible, C: PackedConvertible>(
    _ a: A.Type, _ b: B.Type, _ c: C.Type
  ) -> String? {
    let expected = [expected(a, 0), expected(b, 1), expected(c, 2)]
    guard let v = try? format.unpack(a, b, c, from: bytes) else { return judge(nil, expected) }
    let typed = [v.0.packedValue, v.1.packedValue, v.2.packedValue]
    let written = packed { (buffer: inout [UInt8]) throws(PackingError) in
      try format.pack(v.0, v.1, v.2, into: &buffer)
    }
    return judge(typed, expected) ?? judge(written, written: typed)
  }

  private func compare<A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible>(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type
  ) -> String? {
    let expected = [expected(a, 0), expected(b, 1), expected(c, 2), expected(d, 3)]
    guard let v = try? format.unpack(a, b, c, d, from: bytes) else { return judge(nil, expected) }
    let typed = [v.0.packedValue, v.1.packedValue, v.2.packedValue, v.3.packedValue]
    let written = packed { (buffer: inout [UInt8]) throws(PackingError) in
      try format.pack(v.0, v.1, v.2, v.3, into: &buffer)
    }
    return judge(typed, expected) ?? judge(written, written: typed)
  }

  private func compare<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible, E: PackedConvertible
  >(_ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type) -> String? {
    let expected = [expected(a, 0), expected(b, 1), expected(c, 2), expected(d, 3), expected(e, 4)]
    guard let v = try? format.unpack(a, b, c, d, e, from: bytes) else { return judge(nil, expected) }
    let typed = [v.0.packedValue, v.1.packedValue, v.2.packedValue, v.3.packedValue, v.4.packedValue]
    let written = packed { (buffer: inout [UInt8]) throws(PackingError) in
      try format.pack(v.0, v.1, v.2, v.3, v.4, into: &buffer)
    }
    return judge(typed, expected) ?? judge(written, written: typed)
  }

  private func compare<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible, E: PackedConvertible,
    F: PackedConvertible
  >(_ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type) -> String? {
    let expected = [expected(a, 0), expected(b, 1), expected(c, 2), expected(d, 3), expected(e, 4), expected(f, 5)]
    guard let v = try? format.unpack(a, b, c, d, e, f, from: bytes) else { return judge(nil, expected) }
    let typed = [v.0.packedValue, v.1.packedValue, v.2.packedValue, v.3.packedValue, v.4.packedValue, v.5.packedValue]
    let written = packed { (buffer: inout [UInt8]) throws(PackingError) in
      try format.pack(v.0, v.1, v.2, v.3, v.4, v.5, into: &buffer)
    }
    return judge(typed, expected) ?? judge(written, written: typed)
  }

  private func compare<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible, E: PackedConvertible,
    F: PackedConvertible, G: PackedConvertible
  >(_ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type, _ g: G.Type) -> String? {
    let expected = [
      expected(a, 0), expected(b, 1), expected(c, 2), expected(d, 3), expected(e, 4), expected(f, 5), expected(g, 6),
    ]
    guard let v = try? format.unpack(a, b, c, d, e, f, g, from: bytes) else { return judge(nil, expected) }
    let typed = [
      v.0.packedValue, v.1.packedValue, v.2.packedValue, v.3.packedValue, v.4.packedValue, v.5.packedValue,
      v.6.packedValue,
    ]
    let written = packed { (buffer: inout [UInt8]) throws(PackingError) in
      try format.pack(v.0, v.1, v.2, v.3, v.4, v.5, v.6, into: &buffer)
    }
    return judge(typed, expected) ?? judge(written, written: typed)
  }

  private func compare<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible, E: PackedConvertible,
    F: PackedConvertible, G: PackedConvertible, H: PackedConvertible
  >(_ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type, _ g: G.Type, _ h: H.Type) -> String? {
    let expected = [
      expected(a, 0), expected(b, 1), expected(c, 2), expected(d, 3), expected(e, 4), expected(f, 5), expected(g, 6),
      expected(h, 7),
    ]
    guard let v = try? format.unpack(a, b, c, d, e, f, g, h, from: bytes) else { return judge(nil, expected) }
    let typed = [
      v.0.packedValue, v.1.packedValue, v.2.packedValue, v.3.packedValue, v.4.packedValue, v.5.packedValue,
      v.6.packedValue, v.7.packedValue,
    ]
    let written = packed { (buffer: inout [UInt8]) throws(PackingError) in
      try format.pack(v.0, v.1, v.2, v.3, v.4, v.5, v.6, v.7, into: &buffer)
    }
    return judge(typed, expected) ?? judge(written, written: typed)
  }
}
