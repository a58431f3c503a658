import Glibc

/// The words for an `errno` value.
func errnoText(_ code: Int32) -> String {
  String(cString: strerror(code))
}

extension ClientError {
  /// A failed system call on a local file.
  /// - Parameters:
  ///   - what: what was tried on what, as in `cannot read 'a.txt'`.
  ///   - errno: the cause.
  static func local(_ what: String, errno code: Int32) -> ClientError {
    var error = ClientError(.localFile, "\(what): \(errnoText(code))")
    error.lacksDescriptors = code == EMFILE || code == ENFILE
    return error
  }

  /// This error with what to do, when it is about a part whose rest finds no room.
  func advisingRoom(errno code: Int32) -> ClientError {
    guard [ENOSPC, EDQUOT, EFBIG].contains(code) else { return self }
    var error = self
    error.message += "; what has arrived is kept, so make room and fetch it again"
    return error
  }
}

/// The environment variable `name`; nil when it is absent or empty.
func environment(_ name: String) -> String? {
  guard let value = getenv(name) else { return nil }
  let text = String(cString: value)
  return text.isEmpty ? nil : text
}
