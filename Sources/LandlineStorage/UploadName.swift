import LandlineProtocol
import LandlineServices

/// The name of an unfinished upload in `DATA/landline/partial`:
/// `<account id>-<64 hexadecimal digits>`.
struct UploadName: Hashable {
  var account: Int64
  var digest: Digest256

  init(_ key: UploadKey) {
    account = key.account
    digest = key.digest
  }

  /// nil for a name that is not an upload's.
  init?(_ text: String) {
    let parts = text.split(separator: "-", maxSplits: 1)
    guard parts.count == 2, let account = Int64(parts[0]),
      let digest = Digest256(hex: String(parts[1]))
    else { return nil }
    self.account = account
    self.digest = digest
    // Not "007-…", nor "+7-…": one upload, one name.
    guard self.text == text else { return nil }
  }

  /// The account whose bytes it has; nil for the operator's own.
  var owner: Int64? { account == 0 ? nil : account }

  var text: String { "\(account)-\(digest)" }
}
