/// Keeps what happened, for whoever has to find out later.
public protocol AuditLog: Sendable {
  /// Notes an event; does not wait. Events are kept in the order in which they are noted.
  ///
  /// When the queue is full the event is not kept, but counted, and the count is.
  func record(_ event: AuditEvent)

  /// Waits while the queue is more than half full: to be called before something is begun that will be recorded, so that
  /// nothing has to be left out.
  func waitForRoom() async

  /// Begins to read what was recorded until now, oldest first.
  /// - Parameters:
  ///   - since: seconds since 1970; nil: all that is kept.
  ///   - account: of whom; nil: of everybody.
  func reader(since: Int64?, account: String?) async throws -> any AuditReading
}

/// Lines of the audit log, some at a time. For one task.
public protocol AuditReading: AnyObject {
  /// The next lines that were asked for, whole ones, each with its newline; there may be none among those looked at.
  /// - Returns: nil at the end.
  func next() throws -> [UInt8]?
}
