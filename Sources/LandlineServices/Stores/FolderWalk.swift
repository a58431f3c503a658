/// A walk through everything below a folder: a folder before what is in it, the names of each folder in byte order.
///
/// It is no snapshot: what is added, removed or moved meanwhile may or may not be met. Left out is what `RemotePath`
/// refuses. Not to be used from two tasks at the same time.
public protocol FolderWalk: AnyObject {
  /// Whether everything has been met.
  var isOver: Bool { get }
  /// How many names have no path, and so were left out, as far as the walk has come: a folder that lies too deep for what
  /// is in it counts once.
  var omitted: Int64 { get }
  /// The next names, relative to the folder where the walk began (`2024/may/a.jpg`): some hundreds, or none after
  /// much work, so that its caller can look around between two calls.
  /// - Throws: `LineError` when a folder that is there cannot be read: a walk that left it out would lie.
  func next() throws -> [FolderEntry]
}
