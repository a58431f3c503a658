import LandlineProcesses
import LandlineServices

/// What can be chosen about the programs that a server runs for people.
public struct CommandSettings: Sendable {
  /// The user that they run as, for a server that is started as root; nil: the server's own.
  public var user: String?
  /// The absolute path of the folder that they begin in; nil: that user's home, or `DATA/commands`.
  public var folder: String?
  /// Seconds of the processor for each process; nil: no limit.
  public var cpu: Int64? = 3_600
  /// Bytes of memory for each process; nil: no limit.
  public var memory: Int64? = 2 << 30
  /// Processes at the same time; nil: no limit.
  public var processes: Int64? = 256
  /// Bytes that are kept of what a job says.
  public var output: Int64 = 1 << 30

  public init() {}

  /// - Parameter descriptors: that the process may have: each command takes some.
  func host(descriptors: Int) -> LocalProgramHost.Settings {
    var host = LocalProgramHost.Settings()
    host.user = user
    host.folder = folder
    host.limits.cpu = cpu
    host.limits.memory = memory
    host.limits.processes = processes
    host.limits.output = output
    host.limits.running = max(4, min(host.limits.running, descriptors / 40))
    host.limits.runningOfAccount = max(2, host.limits.running / 4)
    return host
  }
}
