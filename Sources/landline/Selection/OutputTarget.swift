import LandlineClient
import LandlineProtocol

/// What `-o` means: a folder that is there, one that is to be made, or the name of a single file.
struct OutputTarget {
  let folder: String
  /// Whether it may be missing.
  let makesFolder: Bool
  let sources: [DownloadSource]

  /// - Throws: `usage`, when it cannot take what is asked for.
  init(_ output: String, _ sources: [DownloadSource], isRecursive: Bool, hasFolder: Bool) throws {
    let isSingle = sources.count == 1 && !hasFolder
    switch LocalKind(output) {
    case .folder?:
      self.init(folder: output, makesFolder: false, sources: sources)
    case nil where PathText.endsWithSlash(output) || (isRecursive && !isSingle):
      self.init(folder: output, makesFolder: true, sources: sources)
    case nil, .file?, .other?:
      guard isSingle, let source = sources.first, !PathText.endsWithSlash(output) else {
        // Nothing to fetch: whatever it is, nothing is done with it.
        if sources.isEmpty {
          self.init(folder: ".", makesFolder: false, sources: [])
          return
        }
        throw Self.noFolder(output)
      }
      let parent = PathText.folder(of: output)
      guard case .folder? = LocalKind(parent.isEmpty ? "." : parent) else {
        throw ClientError(
          .localFile,
          "cannot write '\(printable(output))': there is no folder '\(printable(PathText.trimmed(parent)))'; make it "
            + "first, or end the name with '/' to have that folder made")
      }
      self.init(
        folder: parent.isEmpty ? "." : parent, makesFolder: false,
        sources: [source.renamed(to: PathText.last(of: output))])
    }
  }

  private init(folder: String, makesFolder: Bool, sources: [DownloadSource]) {
    self.folder = folder
    self.makesFolder = makesFolder
    self.sources = sources
  }

  private static func noFolder(_ output: String) -> ClientError {
    let shown = printable(output)
    if LocalKind(PathText.trimmed(output)) == nil {
      return ClientError(
        .usage, "several files need a folder, and there is no '\(shown)'; to have it made, write '\(shown)/'")
    }
    return ClientError(.usage, "several files need a folder, and '\(shown)' is a file")
  }
}

extension DownloadSource {
  /// The same, to be called `name` here.
  fileprivate func renamed(to name: String) -> DownloadSource {
    switch self {
    case .file(let path): .named(path, as: name, size: nil)
    case .named(let path, _, let size): .named(path, as: name, size: size)
    case .entry, .folder: self
    }
  }
}
