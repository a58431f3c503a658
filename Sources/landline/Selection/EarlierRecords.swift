import LandlineClient
import LandlineProtocol

/// What is on record of the server that an invite is for.
struct EarlierRecords {
  /// One that logs in.
  private(set) var living: ServerRecord?
  /// A join whose answer was lost: it did succeed.
  private(set) var answered: (record: ServerRecord, welcome: Welcome)?
  /// Those that no longer log in, or never did; and this invite's own, while nobody can ask.
  private(set) var dead: [ServerRecord] = []

  /// Asks the server about each.
  static func find(for invite: Invite, in book: ServerBook) async throws -> EarlierRecords {
    var found = EarlierRecords()
    let digest = Digest256(hashing: (invite.token ?? "").utf8)
    for record in try book.records() where isSame(record, invite) {
      var there = record
      there.host = invite.host
      there.port = invite.port
      switch try await login(there) {
      case .welcome(let welcome)?:
        if record.pendingInvite == nil {
          if found.living == nil { found.living = record }
        } else {
          there.account = welcome.account
          found.answered = (there, welcome)
        }
      case .refused?: found.dead.append(record)
      case nil: if record.pendingInvite == digest { found.dead.append(record) }
      }
    }
    return found
  }

  private enum Answer {
    case welcome(Welcome)
    case refused
  }

  /// A pinned fingerprint is a server's identity; one that is known by its name is where it was.
  private static func isSame(_ record: ServerRecord, _ invite: Invite) -> Bool {
    guard record.trust == invite.trust else { return false }
    if case .fingerprint = invite.trust { return true }
    return record.host == invite.host && record.port == invite.port
  }

  /// nil when the server cannot be asked; the join itself will say why.
  private static func login(_ record: ServerRecord) async throws -> Answer? {
    do {
      return .welcome(try await LandlineClient(record).withConnection { $0.welcome })
    } catch let error as ClientError {
      return error.refusal?.code == .unauthenticated ? .refused : nil
    }
  }
}
