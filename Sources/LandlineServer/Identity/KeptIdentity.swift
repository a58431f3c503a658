import LandlineProtocol

/// The server's own key and certificate as they are kept in `DATA/landline`, and what to do when they are not.
enum KeptIdentity {
  static let file = "identity.pem"

  /// - Parameters:
  ///   - pem: the file's text.
  ///   - folder: the path of `DATA/landline`, for messages.
  /// - Throws: `ServerError` when it is damaged.
  static func read(_ pem: String, in folder: String) throws(ServerError) -> ServerIdentity {
    do {
      return try ServerIdentity(pem: pem)
    } catch {
      throw ServerError(
        "\(folder)/\(file) is damaged; put it back from a backup, for clients know the server by it")
    }
  }

  /// Of a server that has accounts and no key: a new one would make it another server, which nobody can log in to.
  static func missing(in folder: String, accounts: Int) -> ServerError {
    ServerError(
      "there \(accounts == 1 ? "is 1 account" : "are \(accounts) accounts"), but \(folder)/\(file) is gone, the key by "
        + "which clients know the server; put it back from a backup (it is in landline-DATE-TIME.tar), or name the "
        + "certificate that they know it by (--certificate, --private-key). Without a backup it can only begin anew: "
        + "move \(folder)/landline.sqlite away, start it, and invite everybody again; the files stay")
  }
}
