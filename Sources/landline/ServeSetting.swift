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
  case logLevel = "log-level"
  case logFormat = "log-format"

  /// Whether a file may say it as a number, too.
  var isNumber: Bool {
    switch self {
    case .loginTimeout, .stallTimeout, .drainTimeout, .maxConnections, .limitRate, .keepFree, .maxUse: true
    case .data, .listen, .advertise, .name, .certificate, .privateKey, .logLevel, .logFormat: false
    }
  }
}
