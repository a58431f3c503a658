import Glibc
import LandlineProtocol

/// Something in a folder that is not taken along, and why.
public struct TreeNotice: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A symbolic link, and links are not followed.
    case link
    /// A device, a socket, a FIFO.
    case special
    /// A symbolic link to a folder that it is itself in.
    case loop
    /// A name that the server does not take: not UTF-8, control characters, too deep.
    case name
    /// It could not be looked at or read.
    case unreadable
    /// Of a server's tree: neither a file nor a folder.
    case other
    /// Of a server's tree: the name of an unfinished download.
    case part
    /// Of a server's tree: names that no path can have, or too deep for one. The server says only how many they are.
    case omitted
  }

  public var kind: Kind
  /// Its entry in the tree; nil for something about the root itself.
  public var index: Int?
  /// The `errno` of ``Kind/unreadable``.
  var code: Int32 = 0
  /// How many names, of ``Kind/omitted``.
  var count: Int64 = 0

  public init(kind: Kind, index: Int? = nil) {
    self.kind = kind
    self.index = index
  }

  init(kind: Kind, index: Int? = nil, code: Int32) {
    self.init(kind: kind, index: index)
    self.code = code
  }

  /// Whether something that was asked for is missing, rather than left out by rule.
  public var isFailure: Bool {
    switch kind {
    case .link, .special, .loop, .other, .part: false
    case .name, .unreadable, .omitted: true
    }
  }

  /// Whether it is a symbolic link that leads nowhere, or something that has gone meanwhile. Its name is an entry, so
  /// what has that name at the other side is left alone.
  var isDangling: Bool { kind == .unreadable && code == ENOENT && index != nil }
}

extension FileTree {
  /// The path of what a notice is about, with the root; bytes that are no UTF-8 are U+FFFD.
  public func place(of notice: TreeNotice) -> String {
    notice.index.map { LocalName.join(root, path($0)) } ?? root
  }

  /// A notice's reason in words, to stand behind the path.
  public func reason(of notice: TreeNotice) -> String {
    switch notice.kind {
    case .link: return "a symbolic link, which is not followed without --follow"
    case .special: return "neither a file nor a folder"
    case .loop: return "a symbolic link back to a folder that it is in"
    case .other: return "neither a file nor a folder (a symbolic link, perhaps)"
    case .part: return "an unfinished download, by its name"
    case .omitted:
      let names = notice.count == 1 ? "a name" : "\(notice.count) names"
      return
        "\(names) in it cannot be asked for (not UTF-8, control characters, or too deep); rename what has such a name on "
        + "the server's own machine"
    case .unreadable: return "cannot be read: \(errnoText(notice.code))"
    case .name:
      let problem = notice.index.flatMap { RemotePath.problem(withComponent: nameBytes($0)) }
      return problem ?? "more than \(RemotePath.maximumComponents) folders deep, which the server does not take"
    }
  }
}
