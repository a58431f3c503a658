import LandlineProtocol

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

  /// What comes before the last component; nil when there is only one.
  static func parent(of path: String) -> String? {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes = bytes.dropLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), slash > bytes.startIndex else { return nil }
    return String(decoding: bytes[..<slash], as: UTF8.self)
  }

  /// `name` in `folder`; the empty folder is the root.
  static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    return folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
  }

  /// `name` in `folder`; the folder itself for the empty name.
  static func path(_ folder: String, _ name: String) -> String {
    if !name.isEmpty { return join(folder, name) }
    var bytes = folder.utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes = bytes.dropLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What ends the name of a download's bytes so far; a dot begins it.
  static let partSuffix = ".landline-part"

  /// Whether it is the name of a download's bytes so far, which is nobody's file.
  static func isPart(_ name: ArraySlice<UInt8>) -> Bool {
    guard name.first == UInt8(ascii: "."), name.count > partSuffix.utf8.count else { return false }
    return name.suffix(partSuffix.utf8.count).elementsEqual(partSuffix.utf8)
  }

  /// Whether a server takes the name (docs/PROTOCOL.md section 5).
  static func canTravel(_ name: ArraySlice<UInt8>) -> Bool {
    // Nearly every name is plain ASCII, and a million of them are looked at.
    let isPlain = name.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "/") }
    if isPlain && name.count > 2 && name.count <= RemotePath.maximumComponent { return true }
    return RemotePath.problem(withComponent: name) == nil
  }

  /// At most `count` bytes of UTF-8 text, never ending inside a character's encoding.
  static func prefix(of bytes: ArraySlice<UInt8>, atMost count: Int) -> ArraySlice<UInt8> {
    guard bytes.count > count else { return bytes }
    var end = bytes.startIndex + max(count, 0)
    while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return bytes[..<end]
  }
}
