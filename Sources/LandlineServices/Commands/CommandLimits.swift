/// What a command may take. Absent: as much as there is.
public struct CommandLimits: Hashable, Sendable {
  /// Seconds of the processor, for each process.
  public var cpu: Int64? = 3_600
  /// Bytes of memory of its own, for each process.
  public var memory: Int64? = 2 << 30
  /// Processes of the user that commands run as.
  public var processes: Int64? = 256
  /// Bytes of a job's output that are kept.
  public var output: Int64 = 1 << 30

  /// Commands that run at the same time: of the server, and of one account.
  public var running = 256
  public var runningOfAccount = 64
  /// Jobs that are kept for one account, those included that have ended.
  public var jobsOfAccount = 64
  /// Seconds for which a job is kept that has ended: a week.
  public var keptFor: Int64 = 7 * 86_400
  /// How long a command runs on whose connection was lost.
  public var lostFor = Duration.seconds(10)

  public init() {}
}
