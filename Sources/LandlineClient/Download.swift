import LandlineProtocol

/// Where a file that is fetched goes.
public enum DownloadDestination: Hashable, Sendable {
  /// Into this local folder, under its own name.
  case folder(String)
  /// Into a descriptor, in order, as it comes: standard output.
  case stream(descriptor: Int32)
}

extension LandlineClient {
  /// Fetches files, and returns when each is durably here with the hash that the server computed, or has failed.
  ///
  /// A file grows as `.NAME.landline-part` beside its destination, and gets its name when it is whole. What such
  /// a part holds is continued by the next fetch, once the server has confirmed its hash.
  /// - Returns: one outcome for each path, in their order.
  /// - Throws: when there is no connection to begin with, as ``withConnection(_:)``.
  @concurrent
  public func get(
    _ paths: [String], to destination: DownloadDestination,
    options: TransferOptions = TransferOptions(), observer: TransferObserver = TransferObserver()
  ) async throws -> [TransferOutcome] {
    let session = DownloadSession(
      client: self, paths: paths, destination: destination, options: options, observer: observer)
    return try await withTaskExecutorPreference(ClientRuntime.blocking) {
      try await session.run()
    }
  }
}
