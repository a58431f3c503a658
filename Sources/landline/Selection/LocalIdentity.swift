import Glibc
import LandlineClient
import LandlineProtocol

/// What this machine calls its user and itself.
enum LocalIdentity {
  /// - Throws: `usage`, when nobody knows.
  static func loginName() throws -> String {
    for variable in ["USER", "LOGNAME"] {
      if let value = getenv(variable), value.pointee != 0 { return String(cString: value) }
    }
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else {
      throw ClientError(.usage, "your login name is not known; choose a name with --name")
    }
    return String(cString: name)
  }

  /// For people who look at their devices.
  static func machineName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "device" }
    let name = buffer.prefix { $0 != 0 }.prefix(64).map { UInt8(bitPattern: $0) }
    let text = String(decoding: name, as: UTF8.self)
    return (try? Name.check(text, as: "a device")) == nil ? "device" : text
  }
}
