internal import CSockets
internal import Glibc
internal import SystemPackage

/// A network interface of this machine's: its name and its number.
public struct NetworkInterface: Hashable, Sendable {
  /// The number, from 1.
  public let index: UInt32
  /// The name, as in `eth0`.
  public let name: String

  /// All of them. (Python: `if_nameindex()`.)
  public static var all: [NetworkInterface] {
    get throws(SocketError) {
      guard let list = if_nameindex() else { throw SocketError("if_nameindex", SystemCalls.lastError) }
      defer { if_freenameindex(list) }
      var interfaces: [NetworkInterface] = []
      var entry = list
      while entry.pointee.if_index != 0, let name = entry.pointee.if_name {
        interfaces.append(NetworkInterface(index: entry.pointee.if_index, name: String(cString: name)))
        entry += 1
      }
      return interfaces
    }
  }

  /// The interface of a name; nil when there is none. (Python: `if_nametoindex()`.)
  public init?(named name: String) {
    let index = if_nametoindex(name)
    guard index != 0 else { return nil }
    self.init(index: index, name: name)
  }

  /// The interface of a number; nil when there is none. (Python: `if_indextoname()`.)
  public init?(index: UInt32) {
    var name = [CChar](repeating: 0, count: Int(IFNAMSIZ))
    guard if_indextoname(index, &name) != nil else { return nil }
    self.init(index: index, name: String(nullTerminated: name))
  }

  private init(index: UInt32, name: String) {
    self.index = index
    self.name = name
  }
}
