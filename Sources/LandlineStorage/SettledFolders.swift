import LandlineServices
import Synchronization

/// The folders whose names, up to the root, this process knows to be durable.
///
/// A file is durable only when every folder on the way to it is. Those that this process made are
/// not the whole question: another upload may have made one an instant ago and not synced it yet, a
/// person may have made one by hand, a server that was killed may have left one. So each folder's
/// way up is synced once, the first time something is published in it, and then remembered.
final class SettledFolders: Sendable {
  /// A folder that was removed and made again under the same name has another inode (or the same
  /// one again, if it was removed by this server: then `forget` has been called).
  struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ version: FileVersion) {
      device = version.device
      inode = version.inode
    }
  }

  /// A bound for a tree of very many folders; reaching it costs some fsyncs, nothing else.
  private static let most = 4_096

  private struct State {
    var folders: [[UInt8]: Identity] = [:]
    var generation: UInt64 = 0
  }

  private let state = Mutex(State())

  /// Grows whenever something is forgotten.
  var generation: UInt64 { state.withLock { $0.generation } }

  func contains(_ path: [UInt8], _ identity: Identity) -> Bool {
    state.withLock { $0.folders[path] == identity }
  }

  /// - Parameter generation: as it was before the folders were looked at. When it has grown since, one of them may have
  ///   been removed and made again, with the same inode: then nothing is remembered, and the next one syncs them again.
  func insert(_ new: [([UInt8], Identity)], since generation: UInt64) {
    state.withLock { state in
      guard state.generation == generation else { return }
      if state.folders.count + new.count > Self.most { state.folders.removeAll() }
      for (path, identity) in new { state.folders[path] = identity }
    }
  }

  func forget(_ path: [UInt8]) {
    state.withLock { state in
      state.generation += 1
      state.folders[path] = nil
    }
  }

  /// Forgets a folder that was moved or removed, and everything below it.
  func forget(below path: [UInt8]) {
    let prefix = path + [UInt8(ascii: "/")]
    state.withLock { state in
      state.generation += 1
      state.folders[path] = nil
      for key in state.folders.keys where key.starts(with: prefix) { state.folders[key] = nil }
    }
  }
}
