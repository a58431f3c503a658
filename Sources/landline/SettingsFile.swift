import ArgumentParser
import LandlineProtocol
import SystemPackage

/// The file of `--config`: a JSON object of settings. What is not one of them, or not of its kind, is an error: a server
/// that passed over a slip would listen where nobody wants it.
struct SettingsFile {
  /// The longest file, in bytes.
  private static let most = 1_048_576

  /// What it says, as an option would say it.
  let values: [ServeSetting: String]

  /// - Throws: `ValidationError` that names the file, and the setting where it is about one.
  init(_ path: String) throws {
    let shown = "the settings file '\(printable(path))'"
    let bytes = try Self.read(path, shown)
    guard let members = try? JSON.decode([String: Value].self, from: bytes) else {
      throw ValidationError(
        "\(shown) is \(bytes.isEmpty ? "empty" : "not a JSON object"); it must be like "
          + #"{"listen": "0.0.0.0:5263", "max-use": "500G"}"#)
    }
    var values: [ServeSetting: String] = [:]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      guard let setting = ServeSetting(rawValue: name) else { throw Self.unknown(name, shown) }
      switch value {
      case .text(let text): values[setting] = text
      case .number(let number) where setting.isNumber: values[setting] = "\(number)"
      case .flag(let flag) where setting.isFlag: values[setting] = "\(flag)"
      case .flag(let flag): throw Self.wrong(setting, "\(flag)", shown)
      case .number(let number): throw Self.wrong(setting, "\(number)", shown)
      case .other(let text): throw Self.wrong(setting, text, shown)
      }
    }
    self.values = values
  }

  private static func read(_ path: String, _ shown: String) throws -> [UInt8] {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      return try file.closeAfter {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
          let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
          if count == 0 { return bytes }
          bytes += buffer[..<count]
          guard bytes.count <= most else { throw ValidationError("\(shown) is longer than a mebibyte") }
        }
      }
    } catch let error as Errno {
      throw ValidationError("\(shown) cannot be read: \(error)")
    }
  }

  private static func unknown(_ name: String, _ shown: String) -> ValidationError {
    let known = ServeSetting.allCases.map(\.rawValue)
    let meant = Suggestion.nearest(to: name, of: known).map { "did you mean '\($0)'?" }
    return ValidationError(
      "\(shown) has '\(printable(name))', which is no setting; \(meant ?? "there are: \(known.joined(separator: ", "))")"
    )
  }

  private static func wrong(_ setting: ServeSetting, _ value: String, _ shown: String) -> ValidationError {
    ValidationError(
      "\(shown) says \(setting.rawValue): \(value), and that must be "
        + (setting.isFlag
          ? "true or false" : setting.isNumber ? "a whole number, or text in quotes" : "text in quotes"))
  }

  /// A member's value.
  private enum Value: Decodable {
    case text(String)
    case number(Int64)
    case flag(Bool)
    /// Of another kind, as it is written.
    case other(String)

    init(from decoder: any Decoder) throws {
      guard let container = try? decoder.singleValueContainer() else {
        self = .other("a list or an object")
        return
      }
      if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Int64.self) {
        self = .number(number)
      } else if let number = try? container.decode(Double.self) {
        self = .other("\(number)")
      } else {
        self = .other(container.decodeNil() ? "null" : "a list or an object")
      }
    }
  }
}
