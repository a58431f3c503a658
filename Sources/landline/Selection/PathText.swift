/// Paths as text, cut at bytes: never at Characters, which may have combined the slash with what follows it.
enum PathText {
  static func endsWithSlash(_ path: String) -> Bool { path.utf8.last == UInt8(ascii: "/") }

  /// `path` without `/` at its end, but for the root's own.
  static func trimmed(_ path: String) -> String {
    var bytes = path.utf8[...]
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes = bytes.dropLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The last component.
  static func last(of path: String) -> String {
    let bytes = trimmed(path).utf8[...]
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), bytes.count > 1 else {
      return String(decoding: bytes, as: UTF8.self)
    }
    return String(decoding: bytes[bytes.index(after: slash)...], as: UTF8.self)
  }

  /// What stands before the last component; empty when nothing does.
  static func folder(of path: String) -> String {
    let bytes = trimmed(path).utf8[...]
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return String(decoding: bytes[...slash], as: UTF8.self)
  }

  static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    if name.isEmpty { return folder }
    return endsWithSlash(folder) ? folder + name : "\(folder)/\(name)"
  }

  static func components(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The folder before the first component of a pattern that has a wildcard: where its search begins.
  static func fixedFolder(ofPattern pattern: String) -> String {
    let fixed = components(pattern).prefix { !$0.utf8.contains { "*?[".utf8.contains($0) } }
    return fixed.joined(separator: "/")
  }

  /// Whether a pattern reaches into folders of any depth.
  static func isDeep(pattern: String) -> Bool { components(pattern).contains("**") }

  /// `path` without the folder it begins with.
  static func relative(_ path: String, to folder: String) -> String {
    let start = folder.isEmpty || endsWithSlash(folder) ? folder : folder + "/"
    guard path.utf8.starts(with: start.utf8) else { return path }
    return String(decoding: path.utf8.dropFirst(start.utf8.count), as: UTF8.self)
  }
}
