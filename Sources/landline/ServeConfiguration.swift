import ArgumentParser
import Configuration
import LandlineProtocol
import LandlineServer
import Logging

/// The settings of a server from options, environment (`LANDLINE_…`) and file, in this order.
struct ServeConfiguration {
  private let reader: ConfigReader

  /// - Parameters:
  ///   - file: path of a JSON object of settings, or nil.
  ///   - options: nil where not given.
  /// - Throws: `ValidationError` that names the file.
  init(file: String?, options: [ServeSetting: String?]) throws {
    let inFile = try file.map { try SettingsFile($0).values } ?? [:]
    reader = ConfigReader(providers: [
      Self.provider("options", options.compactMapValues { $0 }),
      EnvironmentVariablesProvider().prefixKeys(with: "landline"),
      Self.provider("file", inFile),
    ])
  }

  private static func provider(_ name: String, _ values: [ServeSetting: String]) -> InMemoryProvider {
    InMemoryProvider(
      name: name,
      values: Dictionary(
        uniqueKeysWithValues: values.map {
          (AbsoluteConfigKey([$0.key.rawValue]), ConfigValue(.string($0.value), isSecret: false))
        }))
  }

  /// - Throws: `ValidationError` that names the setting.
  func settings() throws -> ServerSettings {
    var settings = ServerSettings()
    settings.data = text(.data) ?? settings.data
    if let listen = text(.listen) {
      guard let endpoint = Self.endpoint(listen) else {
        throw ValidationError("listen '\(listen)' is not ADDRESS:PORT")
      }
      settings.listenHost = endpoint.host
      settings.listenPort = endpoint.port
    }
    settings.advertise = text(.advertise)
    if let advertise = settings.advertise, HostPort(advertise, defaultPort: LineProtocol.port) == nil {
      throw ValidationError("advertise '\(advertise)' is not HOST:PORT")
    }
    settings.name = text(.name)
    settings.certificateFile = text(.certificate)
    settings.privateKeyFile = text(.privateKey)
    settings.loginTimeout = try Int64(number(.loginTimeout, 1...3_600) ?? Int(settings.loginTimeout))
    settings.stallTimeout = try Int64(number(.stallTimeout, 1...86_400) ?? Int(settings.stallTimeout))
    settings.drainTimeout = try Int64(number(.drainTimeout, 0...86_400) ?? Int(settings.drainTimeout))
    settings.maximumConnections =
      try number(.maxConnections, 1...1_000_000) ?? settings.maximumConnections
    settings.rate = try rate(.limitRate) ?? settings.rate
    settings.keepFree = try bytes(.keepFree, atLeast: 0)
    settings.maximumUse = try bytes(.maxUse, atLeast: 1)
    settings.commands = try commandSettings()
    settings.chatRate = try number(.chatRate, 1...1_000_000).map(Int64.init) ?? settings.chatRate
    settings.clockPort = try number(.clockPort, 0...65_535)
    settings.isDiscoverable = try flag(.discoverable) ?? settings.isDiscoverable
    return settings
  }

  /// The same, when all the others make sense as well.
  func checkedSettings() throws -> ServerSettings {
    _ = (try logFormat(), try logLevel())
    return try settings()
  }

  func logFormat() throws -> LogFormat {
    guard let name = text(.logFormat) else { return .logfmt }
    guard let format = LogFormat(rawValue: name) else {
      throw ValidationError("log-format '\(name)' is neither logfmt nor json")
    }
    return format
  }

  func logLevel() throws -> Logger.Level {
    guard let name = text(.logLevel) else { return .notice }
    guard let level = Logger.Level(rawValue: name) else {
      throw ValidationError("log-level '\(name)' is none of trace, debug, info, notice, warning, error, critical")
    }
    return level
  }

  /// `:0` and `:5263` mean all addresses. The port must be there: a bare name is more likely a slip.
  private static func endpoint(_ text: String) -> HostPort? {
    let endpoint = HostPort(text.hasPrefix(":") ? "0.0.0.0" + text : text, defaultPort: -1)
    return endpoint.flatMap { $0.port < 0 ? nil : $0 }
  }

  func text(_ setting: ServeSetting) -> String? {
    reader.string(forKey: ConfigKey([setting.rawValue]))
  }

  func number(_ setting: ServeSetting, _ range: ClosedRange<Int>) throws -> Int? {
    guard let text = text(setting) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw ValidationError(
        "\(setting.rawValue) '\(text)' is not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private func flag(_ setting: ServeSetting) throws -> Bool? {
    switch text(setting) {
    case nil: return nil
    case "true"?: return true
    case "false"?: return false
    case let text?: throw ValidationError("\(setting.rawValue) '\(text)' is neither true nor false")
    }
  }

  func bytes(_ setting: ServeSetting, atLeast least: Int64) throws -> Int64? {
    guard let text = text(setting) else { return nil }
    guard let value = ByteCount.parse(text), value >= least else {
      throw ValidationError("\(setting.rawValue) '\(text)' is not a number of bytes, as in 4096, 500M or 1.5G")
    }
    return value
  }

  private func rate(_ setting: ServeSetting) throws -> Int64? {
    guard let text = text(setting) else { return nil }
    guard let value = RateLimit.parse(text) else {
      throw ValidationError(
        "\(setting.rawValue) '\(text)' is not a rate of at least 1K bytes a second, as in 500K or 10M, nor 'none'")
    }
    return value
  }
}
