import Glibc
import LandlineStorage

/// A copy of what a server needs to be the same server again, whether or not it runs (docs/OPERATIONS.md).
public struct ServerBackup: Sendable {
  private let data: String

  /// - Parameter data: the data folder.
  public init(data: String) {
    self.data = data
  }

  /// Writes the archive, whole and durable, or not at all.
  /// - Parameters:
  ///   - target: the archive's path; or a folder, in which it gets a name with the time.
  ///   - replacing: whether an archive of that name gives way.
  /// - Returns: its path and its size in bytes.
  /// - Throws: `ServerError`.
  public func write(to target: String, replacing: Bool) throws -> (path: String, size: Int64) {
    do throws(StorageError) {
      return try FolderBackup(FolderCheckup(data)).write(to: target, now: Int64(time(nil)), replacing: replacing)
    } catch {
      throw ServerError(error.message)
    }
  }
}
