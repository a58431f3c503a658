/// A setting of `landline serve`: by this name an option, in the file of `--config`, and in the environment.
enum ServeSetting: String, CaseIterable {
  case data, listen, advertise, name, certificate
  case privateKey = "private-key"
  case loginTimeout = "login-timeout"
  case stallTimeout = "stall-timeout"
  case drainTimeout = "drain-timeout"
  case maxConnections = "max-connections"
  case limitRate = "limit-rate"
  case keepFree = "keep-free"
  case maxUse = "max-use"
  case chatRate = "chat-rate"
  case clockPort = "clock-port"
  case discoverable
  case commandsUser = "commands-user"
  case commandsFolder = "commands-folder"
  case commandsCPU = "commands-cpu"
  case commandsMemory = "commands-memory"
  case commandsProcesses = "commands-processes"
  case commandsOutput = "commands-output"
  case logLevel = "log-level"
  case logFormat = "log-format"

  /// Whether it is true or false, and a file may say it so.
  var isFlag: Bool { self == .discoverable }

  /// Whether a file may say it as a number, too.
  var isNumber: Bool {
    switch self {
    case .loginTimeout, .stallTimeout, .drainTimeout, .maxConnections, .limitRate, .keepFree, .maxUse, .chatRate,
      .clockPort, .commandsMemory, .commandsProcesses, .commandsOutput:
      true
    case .data, .listen, .advertise, .name, .certificate, .privateKey, .discoverable, .commandsUser, .commandsFolder,
      .commandsCPU, .logLevel, .logFormat:
      false
    }
  }
}
