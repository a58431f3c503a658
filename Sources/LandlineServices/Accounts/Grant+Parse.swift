public import LandlineProtocol

extension Grant {
  /// The longest text of a grant, in bytes.
  public static let longest = 4_096

  /// Reads a grant as people write it.
  /// - Returns: one; several only for `commands.run`, which may list commands between commas.
  /// - Throws: `bad-request` that says what is wrong, and how it is written.
  public static func parse(_ text: String) throws(LineError) -> [Grant] {
    guard text.utf8.count <= longest else {
      throw LineError(.badRequest, "a grant has at most \(longest) bytes, and this one has \(text.utf8.count)")
    }
    guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw LineError(.badRequest, "the grant '\(printable(text))' has a control character")
    }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let name = parts.first, let kind = Kind(rawValue: name) else {
      throw LineError(
        .badRequest,
        "'\(printable(text))' is no grant; there are \(Kind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let value = parts.count == 2 ? parts[1] : nil
    if value == "none" { return [Grant(kind, kind == .filesQuota ? .everything : .nothing)] }
    switch (kind, value) {
    case (.admin, nil), (.commandsShell, nil): return [Grant(kind, .everything)]
    case (.admin, _?), (.commandsShell, _?):
      throw wrong(text, "'\(name)' has no value, but 'none', which takes it away")
    case (_, nil), (_, ""): throw wrong(text, "it needs a value: \(example(of: kind))")
    case (.filesRead, let value?), (.filesWrite, let value?), (.chatRooms, let value?):
      return [Grant(kind, .names(PathGlob(value)))]
    case (.filesQuota, let value?):
      guard let bytes = ByteQuantity.parse(value) else {
        throw wrong(text, "its value is a number of bytes such as 500M or 10GiB (by 1024), or none")
      }
      return [Grant(kind, .bytes(bytes))]
    case (.commandsRun, let value?):
      do throws(LineError) {
        return try CommandPattern.list(value).map { Grant(kind, .command($0)) }
      } catch {
        throw wrong(text, error.message)
      }
    }
  }

  private static func wrong(_ text: String, _ why: String) -> LineError {
    LineError(.badRequest, "'\(printable(text))' is no grant: \(why)")
  }

  private static func example(of kind: Kind) -> String {
    switch kind {
    case .admin, .commandsShell: kind.rawValue
    case .filesRead, .filesWrite: "\(kind.rawValue)=videos/**"
    case .filesQuota: "files.quota=10GiB"
    case .commandsRun: "commands.run=/usr/bin/env,/bin/cat"
    case .chatRooms: "chat.rooms=**"
    }
  }
}
