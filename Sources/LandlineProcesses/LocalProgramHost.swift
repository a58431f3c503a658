import Glibc
public import LandlineProtocol
public import LandlineServices

/// Runs programs on the server's own machine, by the launcher.
public final class LocalProgramHost: ProgramHost {
  /// What can be chosen about it.
  public struct Settings: Sendable {
    /// The user that programs run as; nil: the server's own, with Landlock.
    public var user: String?
    /// Where they begin; nil: the user's home, or `DATA/commands`.
    public var folder: String?
    public var limits = CommandLimits()
    /// What stays free of the disk, whatever jobs say.
    public var space = SpaceBounds.none

    public init() {}
  }

  private let settings: Settings
  /// nil: there is no launcher.
  private let launchers: LauncherPool?
  private let confinement: Confinement
  private let user: CommandUser
  private let folder: String
  private let jobs: String
  private let poller: Poller
  private let processes = ProcessCount()

  /// Where programs without a slash in their name are looked for.
  static let path = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

  /// - Parameters:
  ///   - data: the data folder, absolute. What it had kept of jobs is removed.
  ///   - privateFolder: `DATA/landline`.
  /// - Throws: why it cannot be as it is set, for the operator.
  public init(_ settings: Settings, data: String, privateFolder: String) throws(LineError) {
    self.settings = settings
    let launcher = Self.findLauncher()
    let own = data + "/commands"
    if let folder = settings.folder {
      guard folder.hasPrefix("/") else {
        throw LineError(.badPath, "the folder for commands, '\(printable(folder))', is not an absolute path")
      }
      self.folder = folder
    } else if let name = settings.user {
      folder = try CommandUser(named: name).home
    } else {
      folder = own
      if mkdir(own, 0o700) != 0, errno != EEXIST {
        throw LineError(errno: errno, "cannot make the folder for commands, '\(printable(own))'")
      }
    }
    var trusted = [CommandUser.own.home]
    if let home = getenv("HOME") { trusted.append(String(cString: home)) }
    for program in [Self.ownPath, launcher] { if let program { trusted.append(Self.folder(of: program)) } }
    let confinement = try Confinement(user: settings.user, data: data, folder: folder, trusted: trusted)
    self.confinement = confinement
    if case .user(let other) = confinement.kind { user = other } else { user = .own }
    jobs = privateFolder + "/jobs"
    try JobFile.prepare(jobs)
    let poller = try Poller()
    self.poller = poller
    launchers = launcher.map { LauncherPool(path: $0, options: confinement.launcherOptions, poller) }
  }

  /// Beside the server's binary, or where `make install` puts it.
  private static func findLauncher() -> String? {
    guard let folder = ownPath.map(folder) else { return nil }
    return ["\(folder)/landline-launch", "\(folder)/../libexec/landline/landline-launch"].first {
      access($0, X_OK) == 0
    }
  }

  /// The server's binary.
  private static var ownPath: String? {
    var room = [CChar](repeating: 0, count: 4_097)
    let count = readlink("/proc/self/exe", &room, room.count - 1)
    guard count > 0 else { return nil }
    return String(decoding: room[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func folder(of path: String) -> String {
    String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
  }

  public var refusal: String? {
    if launchers == nil {
      return "its launcher, landline-launch, is neither beside 'landline' nor in ../libexec/landline"
    }
    if case .none(let reason) = confinement.kind { return reason }
    return nil
  }

  /// What confines programs, for the log.
  public var confinementText: String {
    switch confinement.kind {
    case .user(let user): "user \(user.name)"
    case .landlock(let version): "landlock \(version)"
    case .none: "none"
    }
  }

  public var shell: String { user.shell }

  public func programs(named name: String) -> [String] {
    Self.path.map { "\($0)/\(name)" }.filter { path in
      var status = stat()
      return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o111 != 0
    }
  }

  public func makeOutput(job: UInt64) throws(LineError) -> any JobOutput {
    try JobFile("\(jobs)/\(job)", limit: settings.limits.output, space: settings.space)
  }

  public func start(_ program: ProgramStart) throws(LineError) -> any RunningProgram {
    guard let launchers else { throw LineError(.internal, refusal ?? "there is no launcher") }
    let ruleset = try confinement.ruleset()
    let ends = try ProgramEnds(program, poller)
    let (launcher, control) = try launchers.start(
      options(program) + ["--", program.path] + program.argv,
      environment: environment(of: program),
      [ends.input, ends.output, ends.error, ruleset?.descriptor].compactMap(\.self))
    return GuardedProgram(path: program.path, launcher, of: launchers, control, ends.own)
  }

  public func prepare() {
    launchers?.fill()
    if countsProcesses { _ = processes.value }
  }

  public var isPrepared: Bool {
    (launchers?.isFilled ?? false) && confinement.isCurrent && (!countsProcesses || processes.isFresh)
  }

  private func options(_ program: ProgramStart) -> [String] {
    let limits = settings.limits
    var options = ["--folder", folder]
    if let cpu = limits.cpu { options += ["--cpu", "\(cpu)"] }
    if let memory = limits.memory { options += ["--memory", "\(memory)"] }
    if let processes = limits.processes { options += ["--processes", "\(processes + ownProcesses)"] }
    if let timeout = program.timeout { options += ["--timeout", "\(timeout)"] }
    if program.terminal != nil { options.append("--terminal") }
    return options
  }

  /// What the user has anyway. Root's are not limited by the kernel, so nobody needs to count them.
  private var ownProcesses: Int64 {
    // The count may be older than the launchers that wait.
    countsProcesses ? processes.value + Int64(LauncherPool.most) : 0
  }

  private var countsProcesses: Bool {
    if case .user = confinement.kind { return false }
    return geteuid() != 0
  }

  /// A clean one: nothing of the server's own.
  private func environment(of program: ProgramStart) -> [String] {
    var variables = [
      "PATH=" + Self.path.joined(separator: ":"), "HOME=\(folder)", "PWD=\(folder)", "USER=\(user.name)",
      "LOGNAME=\(user.name)", "SHELL=\(user.shell)", "LANG=C.UTF-8", "LANDLINE_ACCOUNT=\(program.account)",
      "LANDLINE_JOB=\(program.job)",
    ]
    if let terminal = program.terminal { variables.append("TERM=\(terminal.type ?? "dumb")") }
    return variables
  }
}
