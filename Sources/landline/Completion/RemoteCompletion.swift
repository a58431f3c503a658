import Glibc
import LandlineClient
import LandlineProtocol

/// Completes `SERVER:PATH` by asking that server.
struct RemoteCompletion {
  /// A terminal's person waits.
  private static let patience: UInt32 = 1
  private static let maximumItems = 500

  let typed: String

  /// Whether a colon says that a server is meant.
  var isRemote: Bool { typed.utf8.contains(UInt8(ascii: ":")) }

  static func joinedNames() -> [String] {
    ((try? ServerBook().joined()) ?? []).map(\.name)
  }

  /// The roles of the only server, if we may see them; else those of every server.
  static func roles() async -> [String] {
    let always = ["admin", "guest", "member"]
    guard let client = try? ServerChoice.load().client(for: nil) else { return always }
    alarm(patience)
    defer { alarm(0) }
    return (try? await client.withConnection { try await $0.roles().map(\.name) }) ?? always
  }

  /// Servers, or the names in the folder that was typed; without a server's name, the only one's.
  func paths() async -> [Completions.Item] {
    isRemote ? await names() : servers + (await names())
  }

  /// As ``paths()``, but a word without a colon is no path.
  func pathsOfNamedServer() async -> [Completions.Item] {
    isRemote ? await names() : servers
  }

  private var servers: [Completions.Item] {
    Self.joinedNames().filter { $0.hasPrefix(typed) }.map { Completions.Item(text: "\($0):", isOpen: true) }
  }

  private func names() async -> [Completions.Item] {
    let reference = RemoteReference(typed)
    guard let client = try? ServerChoice.load().client(for: reference.server) else { return [] }
    let bytes = Array(reference.path.utf8)
    let end = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    let folder = String(decoding: bytes[..<end], as: UTF8.self)
    let start = Array(bytes[end...])
    let before = String(decoding: typed.utf8.dropLast(start.count), as: UTF8.self)
    // Whatever takes longer ends with this process.
    alarm(Self.patience)
    defer { alarm(0) }
    let entries = try? await client.withConnection { try await fitting(start, in: folder, on: $0) }
    return (entries ?? []).map { entry in
      let isFolder = entry.kind == "folder"
      return Completions.Item(text: before + (entry.name ?? "") + (isFolder ? "/" : ""), isOpen: isFolder)
    }
  }

  private func fitting(
    _ start: [UInt8], in folder: String, on connection: Connection
  ) async throws -> [Entry] {
    var found: [Entry] = []
    var after: String?
    while found.count < Self.maximumItems {
      let page = try await connection.list(folder, after: after)
      found += page.entries.filter { entry in
        let name = (entry.name ?? "").utf8
        // As shells do it: names with a dot only for who types the dot.
        return name.starts(with: start) && (!start.isEmpty || name.first != UInt8(ascii: "."))
      }
      guard page.more, let last = page.entries.last?.name else { break }
      if !start.isEmpty && !last.utf8.starts(with: start) && start.lexicographicallyPrecedes(last.utf8) { break }
      after = last
    }
    return Array(found.prefix(Self.maximumItems))
  }
}
