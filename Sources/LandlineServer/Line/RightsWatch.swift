import LandlineProtocol
import LandlineServices

/// Ends a transfer whose account loses the right to it while it runs (docs/PROTOCOL.md section 9).
enum RightsWatch {
  /// - Parameter first: who began the request: what is left out of a walk was decided by their grants.
  /// - Returns: the watch, to be held as long as the request runs; nil for requests that are short.
  static func begin(
    _ request: RequestReader.Accepted, by first: Principal, _ live: LivePrincipal
  ) -> LivePrincipal.Watch? {
    guard request.isTransfer, let needs = needs(request.operation, since: first) else { return nil }
    let isCancelled = request.isCancelled
    let pipe = request.pipe
    return live.watch { principal in
      guard let error = needs(principal) else { return }
      isCancelled.set(error)
      pipe?.fail(error)
    }
  }

  /// What stands in the way of `operation` for somebody, if anything does.
  private static func needs(
    _ operation: LandlineProtocol.Operation, since first: Principal
  ) -> (@Sendable (Principal) -> LineError?)? {
    switch operation {
    case .get(let fields): needs(fields.path) { principal, path throws(LineError) in try principal.requireRead(path) }
    case .verify(let fields):
      needs(fields.path) { principal, path throws(LineError) in try principal.requireRead(path) }
    case .put(let fields):
      needs(fields.path) { principal, path throws(LineError) in try principal.requireWrite(path) }
    case .tree(let fields):
      needs(fields.path) { principal, path throws(LineError) in
        if !principal.reads(as: first) { try principal.requireRead(everythingIn: path) }
      }
    case .remove(let fields):
      needs(fields.path) { principal, path throws(LineError) in
        if !principal.writes(as: first) { try principal.requireWrite(everythingIn: path) }
      }
    default: nil
    }
  }

  private static func needs(
    _ path: String, _ require: @escaping @Sendable (Principal, RemotePath) throws(LineError) -> Void
  ) -> @Sendable (Principal) -> LineError? {
    { principal in
      do throws(LineError) {
        try require(principal, RemotePath(path))
        return nil
      } catch {
        // A path that is none is refused by the request itself.
        return error.code == .forbidden ? error : nil
      }
    }
  }
}
