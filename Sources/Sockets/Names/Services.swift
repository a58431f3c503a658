public import Addresses
internal import CSockets
internal import Glibc

/// The well-known services of `/etc/services`.
public enum Services {
  /// A service's port. (Python: `getservbyname()`.)
  ///
  /// - Parameters:
  ///   - name: As in `http`.
  ///   - transportProtocol: TCP or UDP; nil for whichever comes first.
  /// - Returns: nil when there is no such service.
  public static func port(of name: String, protocol transportProtocol: TransportProtocol? = nil) -> Port? {
    withEntry { entry, buffer, size, result in
      getservbyname_r(name, transportProtocol?.name, entry, buffer, size, result)
    } read: {
      Port(UInt16(bigEndian: UInt16(truncatingIfNeeded: $0.s_port)))
    }
  }

  /// A port's service. (Python: `getservbyport()`.)
  ///
  /// - Returns: nil when the port has no name.
  public static func name(of port: Port, protocol transportProtocol: TransportProtocol? = nil) -> String? {
    withEntry { entry, buffer, size, result in
      getservbyport_r(
        CInt(port.rawValue.bigEndian), transportProtocol?.name, entry, buffer, size, result)
    } read: {
      String(cString: $0.s_name)
    }
  }

  private static func withEntry<Result>(
    _ find: (
      UnsafeMutablePointer<servent>, UnsafeMutablePointer<CChar>, Int,
      UnsafeMutablePointer<UnsafeMutablePointer<servent>?>
    ) -> CInt,
    read: (servent) -> Result
  ) -> Result? {
    var entry = servent()
    var buffer = [CChar](repeating: 0, count: 4096)
    var result: UnsafeMutablePointer<servent>?
    return withUnsafeMutablePointer(to: &entry) { entry in
      buffer.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress, find(entry, start, buffer.count, &result) == 0 else { return nil }
        // Its strings lie in the buffer: read them while it is there.
        return result.map { read($0.pointee) }
      }
    }
  }
}

extension TransportProtocol {
  /// A protocol by its name in `/etc/protocols`, as in `tcp`. (Python: `getprotobyname()`.)
  ///
  /// - Returns: nil when there is no such protocol.
  public init?(named name: String) {
    guard let number = Self.find({ getprotobyname_r(name, $0, $1, $2, $3) }, read: { $0.p_proto }) else { return nil }
    self.init(rawValue: number)
  }

  /// Its name in `/etc/protocols`; nil when it has none there.
  public var name: String? {
    Self.find({ getprotobynumber_r(rawValue, $0, $1, $2, $3) }, read: { String(cString: $0.p_name) })
  }

  private static func find<Result>(
    _ find: (
      UnsafeMutablePointer<protoent>, UnsafeMutablePointer<CChar>, Int,
      UnsafeMutablePointer<UnsafeMutablePointer<protoent>?>
    ) -> CInt,
    read: (protoent) -> Result
  ) -> Result? {
    var entry = protoent()
    var buffer = [CChar](repeating: 0, count: 4096)
    var result: UnsafeMutablePointer<protoent>?
    return withUnsafeMutablePointer(to: &entry) { entry in
      buffer.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress, find(entry, start, buffer.count, &result) == 0 else { return nil }
        return result.map { read($0.pointee) }
      }
    }
  }
}
