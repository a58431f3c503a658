/// The removal of a folder with everything in it, whatever the names. Not to be used from two tasks at the same time.
public protocol FolderRemoval: AnyObject {
  /// How many names are gone.
  var removed: Int64 { get }
  /// Removes some more.
  /// - Returns: whether there is more to do.
  /// - Throws: `LineError`, in which it ends early: what is gone stays gone.
  func step() throws -> Bool
  /// Makes it durable, after the last step.
  func finish() async throws
}
