import LandlineClient

/// What the shell really gave: bytes, which Swift's strings repair when they are not UTF-8.
enum RawArguments {
  /// The arguments as Swift has them whose bytes are others.
  static let areMended: Set<String> = {
    var mended: Set<String> = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let bytes = CommandLine.unsafeArgv[index] else { continue }
      if String(validatingCString: bytes) == nil { mended.insert(String(cString: bytes)) }
    }
    return mended
  }()

  static let error = ClientError(
    .localFile, "its name is not UTF-8, and names on a server are; rename it, or send it by '-'")
}
