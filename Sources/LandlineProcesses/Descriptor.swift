import Glibc
import LandlineProtocol

/// A descriptor that is closed when nobody holds it any more.
final class Descriptor: Sendable {
  let raw: Int32

  init(owning raw: Int32) { self.raw = raw }

  deinit { close(raw) }

  /// Two that belong together.
  /// - Parameters:
  ///   - what: for the error.
  ///   - make: stores both, and returns 0, or -1 with errno.
  static func pair(
    _ what: String, _ make: (UnsafeMutablePointer<Int32>) -> Int32
  ) throws(LineError) -> (Descriptor, Descriptor) {
    var pair: [Int32] = [-1, -1]
    let result = pair.withUnsafeMutableBufferPointer { $0.baseAddress.map(make) ?? -1 }
    guard result == 0 else { throw LineError(errno: errno, "cannot make \(what)") }
    return (Descriptor(owning: pair[0]), Descriptor(owning: pair[1]))
  }
}
