/// Names of local files and server paths, as bytes.
enum LocalName {
  /// The last component, without `/` at the end.
  static func last(of path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes = bytes.dropLast() }
    if let slash = bytes.lastIndex(of: UInt8(ascii: "/")), bytes.count > 1 {
      bytes = bytes[bytes.index(after: slash)...]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `name` in `folder`; the empty folder is the root.
  static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    return folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
  }

  /// At most `count` bytes of UTF-8 text, never ending inside a character's encoding.
  static func prefix(of bytes: ArraySlice<UInt8>, atMost count: Int) -> ArraySlice<UInt8> {
    guard bytes.count > count else { return bytes }
    var end = bytes.startIndex + max(count, 0)
    while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return bytes[..<end]
  }
}
