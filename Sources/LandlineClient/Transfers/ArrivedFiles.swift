import GroupSync
import LandlineProtocol
import Synchronization

/// A small file that is here, all of it, and has yet to become durable and to get its name.
struct ArrivedFile: Sendable {
  var index: Int
  /// On the server.
  var path: String
  var target: LocalTarget
  var ifExists: IfExists
  /// Open and locked until the name is given, so that no other command writes to it meanwhile.
  var part: Descriptor
  var size: Int64
  var digest: Digest256
  /// Whether it has its name already, from an earlier run.
  var isNamed = false
}

/// Makes small files durable in groups: their bytes, then their names, then the folders (man 2 fsync).
final class ArrivedFiles: Sendable {
  private let most: Int
  private struct State {
    var files: [ArrivedFile] = []
    var isIdle = true
  }

  private let state = Mutex(State())
  private let group = SyncGroup()

  /// - Parameter most: how many wait before no more should be added.
  init(most: Int) {
    self.most = most
  }

  func add(_ file: ArrivedFile) { state.withLock { $0.files.append(file) } }

  /// Whether no more should be added before some are finished.
  var isFull: Bool { state.withLock { $0.files.count >= most } }

  /// Whether none is being finished.
  var isIdle: Bool { state.withLock { $0.isIdle } }

  /// Those that wait, for ``finish(_:_:)``; nil when none does.
  func takeAll() -> [ArrivedFile]? {
    state.withLock { state in
      guard !state.files.isEmpty else { return nil }
      state.isIdle = false
      defer { state.files = [] }
      return state.files
    }
  }

  /// Does for these what is left to do, and notes how each ended.
  func finish(_ files: [ArrivedFile], _ ledger: TransferLedger) async {
    var named: [(file: ArrivedFile, name: String)] = []
    let codes = await group.sync(files.map(\.part.number))
    for (file, code) in zip(files, codes) {
      do throws(ClientError) {
        guard code == 0 else { throw ClientError.local(file.target.cannotWrite, errno: code) }
        if let name = file.isNamed ? file.target.name : try file.target.settle(file.part, file.ifExists) {
          named.append((file, name))
        } else {
          ledger.settle(file.index, .skipped(path: file.path, file: file.target.display))
        }
      } catch {
        if !file.isNamed { file.target.removePart(file.part) }
        ledger.settle(file.index, .failed(error))
      }
    }
    await syncFolders(named, ledger)
    state.withLock { $0.isIdle = true }
  }

  private func syncFolders(_ named: [(file: ArrivedFile, name: String)], _ ledger: TransferLedger) async {
    var folders: [Descriptor] = []
    var place: [ObjectIdentifier: Int] = [:]
    for (file, _) in named where place[ObjectIdentifier(file.target.folder)] == nil {
      place[ObjectIdentifier(file.target.folder)] = folders.count
      folders.append(file.target.folder)
    }
    let codes = await group.sync(folders.map(\.number))
    for (file, name) in named {
      let code = place[ObjectIdentifier(file.target.folder)].map { codes[$0] } ?? 0
      if code == 0 {
        ledger.settle(
          file.index,
          .done(path: file.path, file: file.target.path(of: name), size: file.size, sha256: file.digest))
      } else {
        ledger.settle(file.index, .failed(ClientError.local(file.target.cannotWrite, errno: code)))
      }
    }
  }
}
