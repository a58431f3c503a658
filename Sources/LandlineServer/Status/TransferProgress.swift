import LandlineProtocol
import Synchronization

/// How far one transfer is, for whoever asks for the server's status.
final class TransferProgress: Sendable {
  private static let unknown: Int64 = -1

  private let operation: String
  private let path: String
  private let done = Atomic<Int64>(0)
  private let size = Atomic<Int64>(TransferProgress.unknown)

  init(_ operation: LandlineProtocol.Operation) {
    self.operation = operation.name
    path =
      switch operation {
      case .get(let fields): fields.path
      case .put(let fields): fields.path
      case .verify(let fields): fields.path
      case .tree(let fields): fields.path
      case .remove(let fields): fields.path
      default: ""
      }
    if case .put(let fields) = operation, let bytes = fields.size { size.store(bytes, ordering: .relaxed) }
  }

  /// - Parameter size: bytes in all; nil: as it was.
  func note(done count: Int64, of size: Int64? = nil) {
    done.store(count, ordering: .relaxed)
    if let size { self.size.store(size, ordering: .relaxed) }
  }

  var entry: TransferEntry {
    let size = size.load(ordering: .relaxed)
    return TransferEntry(
      op: operation, path: path, done: done.load(ordering: .relaxed), size: size == Self.unknown ? nil : size)
  }
}

/// The transfers of one connection.
final class OpenTransfers: Sendable {
  private let open = Mutex<[UInt64: TransferProgress]>([:])

  func begin(_ id: UInt64, _ operation: LandlineProtocol.Operation) -> TransferProgress {
    let progress = TransferProgress(operation)
    open.withLock { $0[id] = progress }
    return progress
  }

  func end(_ id: UInt64) {
    open.withLock { $0[id] = nil }
  }

  /// Oldest first.
  var entries: [TransferEntry] {
    open.withLock { $0.sorted { $0.key < $1.key } }.map(\.value.entry)
  }
}
