import Glibc
public import LandlineProtocol
import LandlineStorage

/// Looks whether a server can run on its data folder, its machine and its settings, or how the one that runs is doing.
/// Changes nothing.
public struct ServerCheckup: Sendable {
  private let settings: ServerSettings

  /// - Parameter settings: those that the server has, or is to have.
  public init(_ settings: ServerSettings) {
    self.settings = settings
  }

  /// - Parameter running: what the server that runs on the data folder says of itself; nil when none answers.
  /// - Returns: what was found, in the order in which it was looked at.
  public func run(running: StatusAnswer?) async -> [Finding] {
    let now = Int64(time(nil))
    let folder: FolderCheckup
    do throws(StorageError) {
      folder = try FolderCheckup(settings.data)
    } catch {
      // Of a machine that is to be a server's something can be said already.
      return [Finding(.error, "data folder", error.message)] + LimitsCheckup(settings, process: nil).findings()
        + [await PortCheckup(settings).finding(running: running)]
    }
    let process = running == nil ? nil : folder.lastServer
    var findings = folder.findings()
    findings += await DiskCheckup(folder, keepFree: settings.keepFree, maximumUse: settings.maximumUse).findings()
    let database = DatabaseCheckup(folder)
    findings += database.findings(now: now)
    findings += CertificateCheckup(settings, folder, accounts: database.accounts()).findings(now: now, running: running)
    findings += LimitsCheckup(settings, process: process).findings()
    findings += UploadsCheckup(folder).findings(now: now)
    findings.append(await PortCheckup(settings).finding(running: running))
    if running == nil, let process = folder.lastServer, Self.isServer(process) {
      findings.append(
        Finding(
          .error, "server",
          "process \(process) has this folder, and does not answer on its control socket; look at its log, restart it"))
    }
    return findings
  }

  /// Whether the process whose id a lock holds is a server still, and not something else that got its number.
  private static func isServer(_ process: Int32) -> Bool {
    ProcessFile.read("/proc/\(process)/comm")?.hasPrefix("landline") == true
  }
}
