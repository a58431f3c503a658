import CLinux
import Glibc
import LandlineProtocol

/// The servers that this user has joined: one file each in `$XDG_CONFIG_HOME/landline/servers`.
///
/// ```
/// ~/.config/landline/           0700
///   servers/office.json         0600: address, trust, account, device, private key
/// ```
public struct ServerBook: Sendable {
  /// The folder of the files.
  public let folder: String

  /// The book in `$XDG_CONFIG_HOME/landline`, or `~/.config/landline`.
  /// - Throws: `localFile` when there is no home folder.
  public init() throws(ClientError) {
    if let base = environment("XDG_CONFIG_HOME"), base.utf8.first == UInt8(ascii: "/") {
      self.init(configuration: "\(base)/landline")
    } else if let home = environment("HOME") ?? Self.homeOfUser() {
      self.init(configuration: "\(home)/.config/landline")
    } else {
      throw ClientError(
        .localFile, "there is no home folder to keep the joined servers in; set XDG_CONFIG_HOME")
    }
  }

  /// The book in a folder of the caller's choice.
  public init(configuration: String) {
    folder = "\(configuration)/servers"
  }

  private static func homeOfUser() -> String? {
    guard let entry = getpwuid(getuid()), let home = entry.pointee.pw_dir else { return nil }
    return String(cString: home)
  }

  /// All records that can be read, joined and pending, in order of their names. ``unreadable()`` has the others.
  public func records() throws(ClientError) -> [ServerRecord] {
    try names().compactMap { try? record(named: $0) }
  }

  /// Why records cannot be read, in order of their names.
  public func unreadable() throws(ClientError) -> [ClientError] {
    var errors: [ClientError] = []
    for name in try names() {
      do throws(ClientError) { _ = try record(named: name) } catch { errors.append(error) }
    }
    return errors
  }

  /// The joined servers, in order of their names.
  public func joined() throws(ClientError) -> [ServerRecord] {
    try records().filter { $0.pendingInvite == nil }
  }

  /// The record called `name`, joined or pending; nil when there is none.
  public func record(named name: String) throws(ClientError) -> ServerRecord? {
    guard (try? Name.check(name, as: "a server")) != nil,
      let bytes = try PrivateFile.read("\(name).json", in: folder)
    else { return nil }
    guard let stored = try? JSON.decode(StoredServer.self, from: bytes),
      let record = stored.record(named: name)
    else {
      throw ClientError(
        .localFile,
        "'\(printable(folder))/\(name).json' is damaged; run 'landline leave \(name)' and join again")
    }
    return record
  }

  /// The joined server that `name` means; without a name, the only one.
  /// - Throws: `noSuchServer` with the names that there are.
  public func find(_ name: String?) throws(ClientError) -> ServerRecord {
    if let name {
      if let record = try record(named: name), record.pendingInvite == nil { return record }
      let known = try list(joined())
      throw ClientError(
        .noSuchServer, "no joined server is called '\(printable(name))'; \(known)")
    }
    let joined = try joined()
    guard joined.count > 1 else {
      if let only = joined.first { return only }
      if let error = try unreadable().first { throw error }
      throw ClientError(
        .noSuchServer, "no server is joined; ask for an invite and run: landline join INVITE")
    }
    let example = joined.first?.name ?? "office"
    throw ClientError(
      .noSuchServer, "several servers are joined, so say which; \(list(joined))",
      advice: "Write it before the path, as in '\(example):docs', or for other commands --server \(example)")
  }

  private func list(_ joined: [ServerRecord]) -> String {
    joined.isEmpty
      ? "none is joined" : "joined: " + joined.map(\.name).joined(separator: ", ")
  }

  /// Writes a record, in place of the one of the same name if there is one.
  public func save(_ record: ServerRecord) throws(ClientError) {
    try PrivateFile.makeFolder(folder)
    try PrivateFile.write(
      JSON.encode(StoredServer(record)) + [UInt8(ascii: "\n")], as: "\(record.name).json",
      in: folder)
  }

  /// Forgets a server and destroys this device's key for it.
  /// - Returns: whether there was one.
  @discardableResult
  public func remove(_ name: String) throws(ClientError) -> Bool {
    guard (try? Name.check(name, as: "a server")) != nil else { return false }
    if unlink("\(folder)/\(name).json") == 0 { return true }
    if errno == ENOENT { return false }
    throw ClientError.local("cannot remove '\(printable(folder))/\(name).json'", errno: errno)
  }

  /// A name for the server at `host` that no other record has.
  public func freeName(forHost host: String) throws(ClientError) -> String {
    var letters: [UInt8] = host.utf8.prefix(60).map { byte in
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte) || ".-_".utf8.contains(byte)
      return isPlain ? byte : UInt8(ascii: "-")
    }
    while let first = letters.first, ".-_".utf8.contains(first) { letters.removeFirst() }
    let base = letters.isEmpty ? "server" : String(decoding: letters, as: UTF8.self)
    let taken = Set(try names())
    if !taken.contains(base) { return base }
    for number in 2... where !taken.contains("\(base)-\(number)") { return "\(base)-\(number)" }
    return base
  }

  /// The names of all records, also of those that cannot be read, in order.
  public func names() throws(ClientError) -> [String] {
    guard let stream = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw ClientError.local("cannot read the folder '\(printable(folder))'", errno: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let file = String(cString: clinux_dirent_name(entry))
      guard file.hasSuffix(".json") else { continue }
      let name = String(file.dropLast(5))
      if (try? Name.check(name, as: "a server")) != nil { names.append(name) }
    }
    return names.sorted()
  }
}
