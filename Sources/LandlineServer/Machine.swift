import Glibc

/// The machine this runs on.
enum Machine {
  /// Its name (`man 2 gethostname`), "localhost" when it has none.
  static func name() -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0, bytes[0] != 0 else { return "localhost" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
