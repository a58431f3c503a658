import Crypto
import LandlineProtocol

/// The hashes of a tree's files: those on record, and the others computed.
struct TreeDigests {
  let store: any ContentStore
  let hashes: any HashStore
  let hashing: Hashing

  /// Sets what is on record.
  func fillIn(_ items: inout ArraySlice<TreeReading.Item>, below base: RemotePath) async throws {
    let places = items.indices.filter { items[$0].entry.status.kind == .file }
    guard !places.isEmpty else { return }
    let paths = try places.map { try path(of: items[$0], below: base) }
    for (place, record) in zip(places, try await hashes.hashes(of: paths)) {
      if let record, record.version == items[place].entry.status.version { items[place].sha256 = record.digest }
    }
  }

  /// The item with its hash, computed and recorded, and with the status of what was hashed; without one when the file
  /// cannot be read, or changes while it is.
  func compute(
    _ item: TreeReading.Item, below base: RemotePath, progress: () async throws -> Void
  ) async throws -> TreeReading.Item {
    let path = try path(of: item, below: base)
    do {
      let content = try store.openFile(path)
      var hasher = SHA256()
      try await hashing.read(
        into: &hasher, from: 0, to: content.status.size, reading: { try content.read(into: $0, at: $1) },
        progress: { _ in try await progress() })
      let version = content.status.version
      guard try content.currentStatus().version == version else { return item }
      let digest = Digest256(hasher.finalize())
      try await hashes.observe(RecordedHash(version: version, digest: digest), for: path)
      var item = item
      item.entry.status = content.status
      item.sha256 = digest
      return item
    } catch let error as LineError where error.code != .cancelled {
      return item
    }
  }

  private func path(of item: TreeReading.Item, below base: RemotePath) throws(LineError) -> RemotePath {
    let name = String(decoding: item.entry.name, as: UTF8.self)
    return try RemotePath(base == .root ? name : "\(base)/\(name)")
  }
}
