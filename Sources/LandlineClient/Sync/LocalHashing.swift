import Crypto
import LandlineProtocol
import Synchronization

/// The hashes of many files of a local tree, on as many threads as are for such work.
enum LocalHashing {
  private static let threads = 4

  private final class Counters: Sendable {
    /// The position of the file that is hashed next.
    let next = Atomic(0)
    /// Bytes.
    let done = Atomic<Int64>(0)
  }

  /// - Parameters:
  ///   - indices: of files.
  ///   - report: told how many bytes are done.
  /// - Returns: the hash of each, in their order; nil for one that cannot be read or changed meanwhile.
  static func hash(
    _ indices: [Int], of tree: FileTree, _ report: @escaping @Sendable (Int64) -> Void
  ) async throws -> [Digest256?] {
    let counters = Counters()
    return try await withThrowingTaskGroup(of: [(Int, Digest256?)].self) { group in
      for _ in 0..<min(threads, indices.count) {
        group.addTask {
          var found: [(Int, Digest256?)] = []
          let folders = try LocalFolders(opening: tree.root, followsLinks: tree.followsLinks, missing: .isError)
          while true {
            let position = counters.next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard position < indices.count else { return found }
            found.append((position, try await hash(tree, indices[position], folders)))
            let size = tree.nodes[indices[position]].size
            report(counters.done.wrappingAdd(size, ordering: .relaxed).newValue)
          }
        }
      }
      var digests = [Digest256?](repeating: nil, count: indices.count)
      for try await found in group {
        for (position, digest) in found { digests[position] = digest }
      }
      return digests
    }
  }

  private static func hash(_ tree: FileTree, _ index: Int, _ folders: LocalFolders) async throws -> Digest256? {
    do {
      let file = try LocalSource(tree, index, in: folders)
      guard file.size == tree.nodes[index].size else { return nil }
      let hasher = try await PrefixHash.compute(file.descriptor, file.size, of: file.path) { _ in }
      try file.checkUnchanged()
      return hasher?.current
    } catch is ClientError {
      // To be moved, then; that will say what is wrong.
      return nil
    }
  }
}
