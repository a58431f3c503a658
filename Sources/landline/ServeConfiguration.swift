import ArgumentParser
import Configuration
import LandlineProtocol
import LandlineServer
import Logging
import SystemPackage

/// The settings of a server from options, environment (`LANDLINE_…`) and file, in this order.
struct ServeConfiguration {
  private let reader: ConfigReader

  /// - Parameters:
  ///   - file: path of a JSON object with the same names as the options, or nil.
  ///   - options: by name, nil where not given.
  init(file: String?, options: [String: String?]) async throws {
    var given: [AbsoluteConfigKey: ConfigValue] = [:]
    for (name, value) in options {
      if let value { given[AbsoluteConfigKey([name])] = ConfigValue(.string(value), isSecret: false) }
    }
    var providers: [any ConfigProvider] = [
      InMemoryProvider(name: "options", values: given),
      EnvironmentVariablesProvider().prefixKeys(with: "landline"),
    ]
    if let file {
      do {
        providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
      } catch {
        throw ValidationError("the settings file \(file) cannot be used: \(error)")
      }
    }
    reader = ConfigReader(providers: providers)
  }

  /// - Throws: `ValidationError` that names the setting.
  func settings() throws -> ServerSettings {
    var settings = ServerSettings()
    settings.data = text("data") ?? settings.data
    if let listen = text("listen") {
      guard let endpoint = Self.endpoint(listen) else {
        throw ValidationError("listen '\(listen)' is not ADDRESS:PORT")
      }
      settings.listenHost = endpoint.host
      settings.listenPort = endpoint.port
    }
    settings.advertise = text("advertise")
    settings.name = text("name")
    settings.certificateFile = text("certificate")
    settings.privateKeyFile = text("private-key")
    settings.loginTimeout = try Int64(number("login-timeout", 1...3_600) ?? Int(settings.loginTimeout))
    settings.stallTimeout = try Int64(number("stall-timeout", 1...86_400) ?? Int(settings.stallTimeout))
    settings.drainTimeout = try Int64(number("drain-timeout", 0...86_400) ?? Int(settings.drainTimeout))
    settings.maximumConnections =
      try number("max-connections", 1...1_000_000) ?? settings.maximumConnections
    settings.rate = try rate("limit-rate") ?? settings.rate
    settings.keepFree = try bytes("keep-free", atLeast: 0)
    settings.maximumUse = try bytes("max-use", atLeast: 1)
    return settings
  }

  func logFormat() throws -> LogFormat {
    guard let name = text("log-format") else { return .logfmt }
    guard let format = LogFormat(rawValue: name) else {
      throw ValidationError("log-format '\(name)' is neither logfmt nor json")
    }
    return format
  }

  func logLevel() throws -> Logger.Level {
    guard let name = text("log-level") else { return .notice }
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

  private func text(_ name: String) -> String? {
    reader.string(forKey: ConfigKey([name]))
  }

  private func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let text = numberText(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw ValidationError("\(name) '\(text)' is not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A file may say 10 or "10"; options and environment are text.
  private func numberText(_ name: String) -> String? {
    let key = ConfigKey([name])
    return reader.string(forKey: key) ?? reader.int(forKey: key).map(String.init)
  }

  private func bytes(_ name: String, atLeast least: Int64) throws -> Int64? {
    guard let text = numberText(name) else { return nil }
    guard let value = ByteCount.parse(text), value >= least else {
      throw ValidationError("\(name) '\(text)' is not a number of bytes, as in 4096, 500M or 1.5G")
    }
    return value
  }

  private func rate(_ name: String) throws -> Int64? {
    guard let text = numberText(name) else { return nil }
    guard let value = RateLimit.parse(text) else {
      throw ValidationError(
        "\(name) '\(text)' is not a rate of at least 1K bytes a second, as in 500K or 10M, nor 'none'")
    }
    return value
  }
}
