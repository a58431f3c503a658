/// Bytes of a terminal in raw mode to keys, however they are cut: UTF-8, control characters, and the sequences of ECMA-48
/// and xterm for cursor keys and their like. What it does not know it passes over.
struct KeyDecoder {
  private enum State: Hashable {
    case plain
    /// Behind ESC.
    case escape
    /// Behind ESC O.
    case shift
    /// Behind ESC [, with what has come of its parameters.
    case sequence([UInt8])
  }

  private var state = State.plain
  private var utf8: [UInt8] = []
  private var lastWasReturn = false

  /// More than any sequence has that a terminal sends.
  private static let longestSequence = 32

  mutating func keys(of bytes: some Sequence<UInt8>) -> [Key] { bytes.compactMap { key(of: $0) } }

  private mutating func key(of byte: UInt8) -> Key? {
    switch state {
    case .plain: return plain(byte)
    case .escape:
      state = .plain
      switch byte {
      case UInt8(ascii: "["):
        state = .sequence([])
        return nil
      case UInt8(ascii: "O"):
        state = .shift
        return nil
      case UInt8(ascii: "b"): return .wordLeft
      case UInt8(ascii: "f"): return .wordRight
      case UInt8(ascii: "d"): return .cutWordRight
      case 0x08, 0x7F: return .cutWordLeft
      case 0x1B:
        state = .escape
        return nil
      default: return nil
      }
    case .shift:
      state = .plain
      return Self.final(byte, parameters: [])
    case .sequence(let parameters):
      if (0x40...0x7E).contains(byte) {
        state = .plain
        return Self.final(byte, parameters: parameters)
      }
      guard (0x20...0x3F).contains(byte), parameters.count < Self.longestSequence else {
        state = .plain
        return nil
      }
      state = .sequence(parameters + [byte])
      return nil
    }
  }

  private mutating func plain(_ byte: UInt8) -> Key? {
    defer { lastWasReturn = byte == 0x0D }
    if !utf8.isEmpty || byte >= 0x80 { return scalar(byte) }
    switch byte {
    case 0x0D: return .enter
    // Of text that was pasted with both.
    case 0x0A: return lastWasReturn ? nil : .enter
    case 0x1B:
      state = .escape
      return nil
    case 0x01: return .home
    case 0x02: return .left
    case 0x03: return .interrupt
    case 0x04: return .endOfInput
    case 0x05: return .end
    case 0x06: return .right
    case 0x08, 0x7F: return .backspace
    case 0x09: return .character(" ")
    case 0x0B: return .cutToEnd
    case 0x0C: return .redraw
    case 0x0E: return .down
    case 0x10: return .up
    case 0x15: return .cutToStart
    case 0x17: return .cutWordLeft
    case 0x19: return .paste
    case 0x1A: return .suspend
    case 0x20...0x7E: return .character(Unicode.Scalar(byte))
    default: return nil
    }
  }

  /// One more byte of a character.
  private mutating func scalar(_ byte: UInt8) -> Key? {
    // A character that was broken off: what comes now stands for itself.
    if !utf8.isEmpty, byte & 0xC0 != 0x80 {
      utf8 = []
      return plain(byte)
    }
    utf8.append(byte)
    let length: Int
    switch utf8[0] {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default:
      utf8 = []
      return nil
    }
    guard utf8.count == length else { return nil }
    defer { utf8 = [] }
    guard let text = String(validating: utf8, as: UTF8.self), let scalar = text.unicodeScalars.first else { return nil }
    // C1 control characters (ECMA-48) are nothing that is typed.
    return scalar.value < 0xA0 ? nil : .character(scalar)
  }

  private static func final(_ byte: UInt8, parameters: [UInt8]) -> Key? {
    let numbers = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      .map { Int(String(decoding: $0, as: UTF8.self)) ?? 1 }
    // xterm: 3 is Alt, 5 Ctrl, 7 both.
    let isByWord = numbers.count > 1 && [3, 5, 7].contains(numbers[1])
    switch byte {
    case UInt8(ascii: "A"): return .up
    case UInt8(ascii: "B"): return .down
    case UInt8(ascii: "C"): return isByWord ? .wordRight : .right
    case UInt8(ascii: "D"): return isByWord ? .wordLeft : .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "~"):
      switch numbers.first {
      case 1, 7: return .home
      case 4, 8: return .end
      case 3: return .delete
      default: return nil
      }
    default: return nil
    }
  }
}
