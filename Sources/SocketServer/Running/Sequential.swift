/// Runs requests one after the other, in the thread that serves. (Python: a server without mix-in.)
///
/// While a request runs, the others wait: for short requests, and for datagrams, which it answers in batches.
public struct Sequential: RequestRunner {
  /// Makes a runner.
  public init() {}

  public func process<Request: ~Copyable & Sendable>(
    _ request: consuming Request, _ finish: @escaping @Sendable (consuming Request) -> Bool
  ) {
    _ = finish(request)
  }
}

extension RequestRunner where Self == Sequential {
  /// Runs requests one after the other; see ``Sequential``.
  public static var sequential: Sequential { Sequential() }
}
