import Glibc
import LandlineProtocol

/// Where the files of a download go: each in its folder below the destination, which is made when it is missing.
final class DownloadTargets {
  private let sources: [DownloadSource]
  private let folders: LocalFolders
  private let isNew: Bool

  /// - Parameter isNew: whether the destination folder was made for this.
  init(_ sources: [DownloadSource], _ folder: Descriptor, at path: String, isNew: Bool = false) {
    self.sources = sources
    self.isNew = isNew
    folders = LocalFolders(folder, at: path, followsLinks: false, missing: .isMade)
  }

  var count: Int { sources.count }

  subscript(_ index: Int) -> DownloadSource { sources[index] }

  /// The local path, for messages.
  func display(_ index: Int) -> String {
    let name = sources[index].localName
    return name.isEmpty ? folders.rootPath : LocalTarget.join(folders.rootPath, name)
  }

  /// Makes the folder of that index.
  /// - Returns: whether it was not there before.
  func makeFolder(_ index: Int) throws(ClientError) -> Bool {
    let name = sources[index].localName
    if name.isEmpty { return isNew }
    let before = folders.made
    _ = try folders.open(Array(name.utf8)[...])
    return folders.made > before
  }

  /// What there is under the name that a file is to get.
  enum Look {
    /// Nothing, or what may be replaced.
    case free(LocalTarget)
    /// A file, which is as good as fetched if it is the same.
    case same(ExistingFile, LocalTarget)
    /// The file has ended here: skipped, or put aside to ask.
    case ended
  }

  /// Looks at the name that a file is to get.
  /// - Throws: `exists`; `localFile` when the folder cannot be opened or made.
  func look(at index: Int, _ ledger: TransferLedger) throws(ClientError) -> Look {
    var target = try target(index)
    target.keepsPart = ledger.options.resume
    switch ledger.ifExists(index) {
    case .replace, .keepBoth: break
    case .fail:
      if try target.isTaken() {
        if let file = ExistingFile(target, size: sources[index].size) { return .same(file, target) }
        try refuse(index, target, ledger)
        return .ended
      }
    case .skip:
      if try target.isTaken() {
        ledger.settle(index, .skipped(path: sources[index].name, file: target.display))
        return .ended
      }
    }
    return .free(target)
  }

  /// Notes that something else has the name of a file.
  /// - Throws: `exists`, when there is nobody to ask.
  func refuse(_ index: Int, _ target: LocalTarget, _ ledger: TransferLedger) throws(ClientError) {
    guard ledger.putAside(index, target.taken) else { throw target.taken }
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
    // Another file of the same transfer may be growing under this very name.
    guard !LocalName.isPart(name) else {
      throw ClientError(
        .localFile,
        "'\(printable(sources[index].name))' has the name of an unfinished download, which here would be taken for one",
        advice: "Give it another name with -o")
    }
    let folder = try folders.open(path[..<(slash ?? 0)])
    let folderPath = slash.map {
      LocalTarget.join(folders.rootPath, String(decoding: path[..<$0], as: UTF8.self))
    }
    return LocalTarget(
      folder: folder, folderPath: folderPath ?? folders.rootPath, name: String(decoding: name, as: UTF8.self))
  }
}
