/// `name (1).ext`, `name (2).ext` and so on, for files that are to be kept beside each other.
public enum NumberedName {
  /// How many numbers are tried.
  public static let most = 1_000

  /// The name itself for number 0. A name that becomes too long loses bytes before the number, never half a character.
  /// - Parameter isFolder: a folder's name has no extension, whatever dots are in it.
  /// - Returns: nil for a name with an extension so long that no number fits.
  public static func name(_ name: [UInt8], number: Int, isFolder: Bool = false) -> [UInt8]? {
    guard number > 0 else { return name }
    // The extension begins at the last dot, but a dot at the very beginning hides a file and begins none.
    let lastDot = isFolder ? nil : name.lastIndex(of: UInt8(ascii: "."))
    let dot = lastDot.flatMap { $0 > 0 ? $0 : nil } ?? name.endIndex
    let suffix = Array(" (\(number))".utf8) + name[dot...]
    var stem = name[..<dot]
    let room = RemotePath.maximumComponent - suffix.count
    if stem.count > room {
      guard room > 0 else { return nil }
      var end = room
      while end > 0, stem[end] & 0xC0 == 0x80 { end -= 1 }
      stem = stem[..<end]
    }
    return stem + suffix
  }

  /// The path whose last component is numbered.
  /// - Throws: `exists` where no number fits, for only a name that is taken is numbered.
  public static func path(_ path: RemotePath, number: Int, isFolder: Bool = false) throws(LineError) -> RemotePath {
    guard number > 0, let name = path.name else { return path }
    guard let numbered = Self.name(name, number: number, isFolder: isFolder) else {
      throw LineError(.exists, "'\(path)' is taken, and too long to be numbered")
    }
    return try path.renamed(to: numbered)
  }
}
