/// The rule for names of accounts, devices, tokens and joined servers.
public enum Name {
  /// Checks `text`: 1 to 64 of `A-Z a-z 0-9 . _ -`, beginning with a letter or a digit.
  /// - Throws: `bad-request`, naming `what` it was to be.
  public static func check(_ text: String, as what: String) throws(LineError) {
    let bytes = Array(text.utf8)
    let inside = bytes.allSatisfy { isAlphanumeric($0) || ".-_".utf8.contains($0) }
    guard (1...64).contains(bytes.count), inside, let first = bytes.first, isAlphanumeric(first) else {
      throw LineError(
        .badRequest,
        "'\(printable(text))' cannot name \(what): use 1 to 64 letters, digits, '.', '_' or '-', "
          + "beginning with a letter or digit")
    }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}
