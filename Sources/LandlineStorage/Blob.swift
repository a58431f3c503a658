import FoundationEssentials
import GRDB
import LandlineProtocol

// GRDB knows blobs as Foundation's Data: the only place where it is met.

extension DatabaseValue {
  /// `bytes` as a BLOB.
  static func blob(_ bytes: [UInt8]) -> DatabaseValue {
    Data(bytes).databaseValue
  }
}

extension Row {
  /// The BLOB in `column`; empty for NULL.
  func bytes(_ column: String) -> [UInt8] {
    let data: Data? = self[column]
    return data.map { Array($0) } ?? []
  }
}
