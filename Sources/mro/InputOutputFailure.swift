import Glibc

/// A read or write that failed.
struct InputOutputFailure: Error {
  let message: String

  /// - Parameter what: What failed; the system's reason is added.
  init(_ what: String) { message = "\(what): \(String(cString: strerror(errno)))" }

  /// Tells standard error.
  static func report(_ message: String) {
    let line = Array("mro: \(message)\n".utf8)
    // If that fails, too, there is nobody left to tell; the exit status says that something did.
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
