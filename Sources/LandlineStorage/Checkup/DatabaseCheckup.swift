import GRDB
import Glibc
public import LandlineProtocol
import LandlineServices

/// Looks at a server's database, whether or not a server has it open. Reads all of it.
public struct DatabaseCheckup {
  private static let check = "database"
  /// A log that is longer than this was not taken into the database for long.
  private static let longLog: Int64 = 67_108_864

  private let folder: FolderCheckup

  public init(_ folder: FolderCheckup) {
    self.folder = folder
  }

  private var path: String { "\(folder.path)/landline/\(DatabaseFile.name)" }

  /// - Parameter now: seconds since 1970.
  public func findings(now: Int64) -> [Finding] {
    guard let size = size("") else {
      return [
        Finding(.error, Self.check, "there is no \(path); put one back from a backup, or start with no accounts")
      ]
    }
    do {
      return try open().read { database in
        if let problem = try problem(of: database) { return [Finding(.error, Self.check, problem)] }
        var findings = [Finding(.ok, Self.check, try facts(database, size: size))]
        if let log = self.size("-wal"), log > Self.longLog {
          findings.append(
            Finding(
              .warning, Self.check,
              "its log \(path)-wal has \(byteText(log)); restart the server, which takes it into the database"))
        }
        findings.append(try clock(database, now: now))
        return findings
      }
    } catch {
      let error = DatabaseFile.failure(error, path: path)
      return [Finding(.error, Self.check, error.message)]
    }
  }

  /// How many accounts it has; 0 also when it cannot be read.
  public func accounts() -> Int {
    guard size("") != nil else { return 0 }
    return (try? open().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM accounts") }) ?? 0
  }

  private func open() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.label = "landline.checkup"
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  private func size(_ suffix: String) -> Int64? {
    var status = stat()
    return fstatat(folder.landline.raw, DatabaseFile.name + suffix, &status, AT_SYMLINK_NOFOLLOW) == 0
      ? Int64(status.st_size) : nil
  }

  private func problem(of database: Database) throws -> String? {
    guard try !Schema.migrator.hasBeenSuperseded(database) else {
      return "\(path) was made by a newer version of landline; run that version, or one newer still"
    }
    let broken = try String.fetchAll(database, sql: "PRAGMA integrity_check(3)")
    guard broken == ["ok"] else {
      return "\(path) is damaged (\(broken.joined(separator: "; "))); stop the server and put it back from a backup"
    }
    guard try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") == nil else {
      return "\(path) has entries of accounts that are gone; stop the server and put it back from a backup"
    }
    return nil
  }

  private func facts(_ database: Database, size: Int64) throws -> String {
    let known = try Schema.migrator.appliedMigrations(database).last ?? "empty"
    let isCurrent = try Schema.migrator.hasCompletedMigrations(database)
    let version = isCurrent ? known : "\(known), which the next start brings up to date"
    return "whole, \(byteText(size)), version \(version)"
  }

  /// Whether the clock is behind what was written with it before.
  private func clock(_ database: Database, now: Int64) throws -> Finding {
    let latest =
      try Int64.fetchOne(
        database, sql: "SELECT max(coalesce(max(created), 0), coalesce(max(seen), 0)) FROM accounts") ?? 0
    guard latest <= now + 60 else {
      return Finding(
        .error, "clock",
        "it is \((latest - now) / 60) minutes behind the last login; invites live too long; set it (timedatectl)")
    }
    guard now >= Self.firstRelease else {
      return Finding(.error, "clock", "it says a time before this software was made; set it (timedatectl)")
    }
    return Finding(.ok, "clock", "not behind the last login")
  }

  /// 2026-01-01.
  private static let firstRelease: Int64 = 1_767_225_600
}
