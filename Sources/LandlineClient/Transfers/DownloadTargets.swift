import Glibc
import LandlineProtocol

/// Where the files of a download go: each in its folder below the destination, which is made when it is missing.
final class DownloadTargets {
  private let sources: [DownloadSource]
  private let folders: LocalFolders

  init(_ sources: [DownloadSource], _ folder: Descriptor, at path: String) {
    self.sources = sources
    folders = LocalFolders(folder, at: path, followsLinks: false, missing: .isMade)
  }

  var count: Int { sources.count }

  subscript(_ index: Int) -> DownloadSource { sources[index] }

  /// The local path, for messages.
  func display(_ index: Int) -> String {
    LocalTarget.join(folders.rootPath, sources[index].localName)
  }

  /// Makes the folder of that index.
  func makeFolder(_ index: Int) throws(ClientError) {
    _ = try folders.open(Array(sources[index].localName.utf8)[...])
  }

  /// The name that a file is to get, when it is free or may be replaced.
  /// - Returns: nil when the file has ended here: skipped, or put aside to ask.
  /// - Throws: `exists`; `localFile` when the folder cannot be opened or made.
  func free(_ index: Int, _ ledger: TransferLedger) throws(ClientError) -> LocalTarget? {
    let target = try target(index)
    switch ledger.ifExists(index) {
    case .replace, .keepBoth: break
    case .fail:
      if try target.isTaken() {
        if ledger.putAside(index, target.taken) { return nil }
        throw target.taken
      }
    case .skip:
      if try target.isTaken() {
        ledger.settle(index, .skipped(path: sources[index].name, file: target.display))
        return nil
      }
    }
    return target
  }

  private func target(_ index: Int) throws(ClientError) -> LocalTarget {
    let path = Array(sources[index].localName.utf8)
    let slash = path.lastIndex(of: UInt8(ascii: "/"))
    let name = path[(slash.map { $0 + 1 } ?? 0)...]
    guard LocalName.canTravel(name) else {
      let problem = RemotePath.problem(withComponent: name) ?? "it is none"
      throw ClientError(
        .localFile, "'\(printable(sources[index].name))' cannot be the name of a file here: \(problem)")
    }
    let folder = try folders.open(path[..<(slash ?? 0)])
    let folderPath = slash.map {
      LocalTarget.join(folders.rootPath, String(decoding: path[..<$0], as: UTF8.self))
    }
    return LocalTarget(
      folder: folder, folderPath: folderPath ?? folders.rootPath, name: String(decoding: name, as: UTF8.self))
  }
}
