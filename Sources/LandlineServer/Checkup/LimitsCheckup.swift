import Glibc
import LandlineProtocol
import LandlineServices

/// Looks at what the system allows a server process.
struct LimitsCheckup {
  private static let fewDescriptors: UInt64 = 4_096
  private static let littleMemory: UInt64 = 134_217_728

  private let settings: ServerSettings
  /// The running server's; nil: this one, which has the limits that one started here would have.
  private let process: Int32?

  init(_ settings: ServerSettings, process: Int32?) {
    self.settings = settings
    self.process = process
  }

  func findings() -> [Finding] { [descriptors(), memory()] }

  private var place: String { process.map { "/proc/\($0)" } ?? "/proc/self" }

  /// A line of `/proc/PID/limits`: name, soft limit, hard limit; nil: no limit.
  private func limit(_ name: String) -> UInt64? {
    guard let limits = ProcessFile.read("\(place)/limits"),
      let line = limits.split(separator: "\n").first(where: { $0.hasPrefix(name) })
    else { return nil }
    let numbers = line.dropFirst(name.count).split(separator: " ")
    // The server raises its own to the hard one.
    return numbers.count > 1 ? UInt64(numbers[1]) : nil
  }

  private func descriptors() -> Finding {
    let most = limit("Max open files") ?? .max
    let possible = DescriptorShares(of: Int(clamping: most)).connections
    let connections = max(16, min(settings.maximumConnections, possible))
    let facts = most == .max ? "no limit" : "\(most) descriptors, good for \(connections) connections"
    // The usual maximum is more than many a machine has descriptors for, and that does no harm.
    let isFarAbove = settings.maximumConnections / 2 > possible
    guard most < Self.fewDescriptors || isFarAbove else { return Finding(.ok, "descriptors", facts) }
    let wanted = isFarAbove ? ", not for \(settings.maximumConnections) (--max-connections)" : ""
    return Finding(
      .warning, "descriptors", "\(facts)\(wanted); raise it (systemd: LimitNOFILE=; a shell: ulimit -Hn)")
  }

  private func memory() -> Finding {
    var least = UInt64.max
    var what = ""
    for (bytes, name) in [
      (available(), "free memory"), (group(), "limit of its control group"),
      (limit("Max address space"), "limit of its address space"),
    ] {
      if let bytes, bytes < least { (least, what) = (bytes, name) }
    }
    guard least < .max else { return Finding(.ok, "memory", "no limit") }
    let facts = "\(byteText(Int64(clamping: least))) (\(what))"
    guard least < Self.littleMemory else { return Finding(.ok, "memory", facts) }
    return Finding(
      .warning, "memory",
      "\(facts); with many connections a server needs more than \(byteText(Int64(Self.littleMemory)))")
  }

  /// Of the machine.
  private func available() -> UInt64? {
    guard let text = ProcessFile.read("/proc/meminfo"),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") })
    else { return nil }
    return line.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }.map { $0 * 1_024 }
  }

  /// Of the control group (version 2), where there is one.
  private func group() -> UInt64? {
    guard let text = ProcessFile.read("\(place)/cgroup"),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }),
      let most = ProcessFile.read("/sys/fs/cgroup\(line.dropFirst(3))/memory.max")
    else { return nil }
    return UInt64(most.prefix { $0.isNumber })
  }
}
