import Glibc

/// Why a data folder or its database could not be opened: the server cannot start with it.
public struct StorageError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure. More may come.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String { case inUse, newerDatabase, damagedDatabase, unsuitable, system }
    private var kind: Kind

    /// Another server has this data folder open.
    public static let inUse = Code(kind: .inUse)
    /// The database was made by a newer version of this software; it was not touched.
    public static let newerDatabase = Code(kind: .newerDatabase)
    /// The database file is damaged, or is no database.
    public static let damagedDatabase = Code(kind: .damagedDatabase)
    /// The folder, its file system or the kernel lacks something that is needed.
    public static let unsuitable = Code(kind: .unsuitable)
    /// A system call or SQLite failed; the message says which and on what.
    public static let system = Code(kind: .system)

    public var description: String { kind.rawValue }
  }

  public var code: Code
  /// A sentence for people: what was tried on what, what is wrong, what to do.
  public var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// For a system call that failed: "cannot ACTION: REASON".
  init(errno number: Int32, _ action: String) {
    self.init(.system, "cannot \(action): \(text(ofErrno: number))")
  }

  public var description: String { message }
}
