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
  }

  public var kind: Kind
  /// Its entry in the tree; nil for something about the root itself.
  public var index: Int?
  /// The `errno` of ``Kind/unreadable``.
  var code: Int32 = 0

  /// Whether something that was asked for is missing, rather than left out by rule.
  public var isFailure: Bool {
    switch kind {
    case .link, .special, .loop: false
    case .name, .unreadable: true
    }
  }
}

extension FileTree {
  /// The path of what a notice is about, as it may be shown: with the root.
  public func place(of notice: TreeNotice) -> String {
    guard let index = notice.index else { return printable(root) }
    return printable(LocalName.join(root, path(index)))
  }

  /// A notice's reason in words, to stand behind the path.
  public func reason(of notice: TreeNotice) -> String {
    switch notice.kind {
    case .link: return "a symbolic link, which is not followed without --follow"
    case .special: return "neither a file nor a folder"
    case .loop: return "a symbolic link back to a folder that it is in"
    case .unreadable: return "cannot be read: \(errnoText(notice.code))"
    case .name:
      let problem = notice.index.flatMap { RemotePath.problem(withComponent: nameBytes($0)) }
      return problem ?? "more than \(RemotePath.maximumComponents) folders deep, which the server does not take"
    }
  }
}
