internal import CSockets
internal import Glibc

extension Resolver {
  /// How addresses are looked up. (Python: `AI_…`.)
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The C library's bits.
    public let rawValue: CInt

    public init(rawValue: CInt) { self.rawValue = rawValue }

    /// For listening: no host means every address of this machine's. (Python: `AI_PASSIVE`.)
    public static var passive: Flags { Flags(rawValue: AI_PASSIVE) }
    /// The host's official name comes with the first address. (Python: `AI_CANONNAME`.)
    public static var canonicalName: Flags { Flags(rawValue: AI_CANONNAME) }
    /// The host is an address, and nobody is asked. (Python: `AI_NUMERICHOST`.)
    public static var numericHost: Flags { Flags(rawValue: AI_NUMERICHOST) }
    /// The service is a port's number. (Python: `AI_NUMERICSERV`.)
    public static var numericService: Flags { Flags(rawValue: AI_NUMERICSERV) }
    /// Only families that this machine has an address of, loopback aside. (Python: `AI_ADDRCONFIG`.)
    public static var addressConfigured: Flags { Flags(rawValue: AI_ADDRCONFIG) }
    /// For ``AddressFamily/ipv6``: IPv4 addresses as mapped ones, if there are no others. (Python: `AI_V4MAPPED`.)
    public static var mapped: Flags { Flags(rawValue: AI_V4MAPPED) }
    /// With ``mapped``: those too. (Python: `AI_ALL`.)
    public static var all: Flags { Flags(rawValue: AI_ALL) }
  }

  /// How names are looked up. (Python: `NI_…`.)
  public struct NameFlags: OptionSet, Hashable, Sendable {
    /// The C library's bits.
    public let rawValue: CInt

    public init(rawValue: CInt) { self.rawValue = rawValue }

    /// The host in numbers, and nobody is asked. (Python: `NI_NUMERICHOST`.)
    public static var numericHost: NameFlags { NameFlags(rawValue: NI_NUMERICHOST) }
    /// The service as a number. (Python: `NI_NUMERICSERV`.)
    public static var numericService: NameFlags { NameFlags(rawValue: NI_NUMERICSERV) }
    /// A host without a name is an error. (Python: `NI_NAMEREQD`.)
    public static var nameRequired: NameFlags { NameFlags(rawValue: NI_NAMEREQD) }
    /// Without the local domain. (Python: `NI_NOFQDN`.)
    public static var withoutLocalDomain: NameFlags { NameFlags(rawValue: NI_NOFQDN) }
    /// The service's name for datagrams. (Python: `NI_DGRAM`.)
    public static var datagramService: NameFlags { NameFlags(rawValue: NI_DGRAM) }
  }
}
