internal import Glibc
internal import Synchronization

/// The connections whose requests run, so that they can be cut when time is up.
///
/// A number leaves before it is closed: under the lock it is always the connection's own.
final class ConnectionRegistry: Sendable {
  private let descriptors = Mutex<Set<CInt>>([])

  func insert(_ descriptor: CInt) { descriptors.withLock { _ = $0.insert(descriptor) } }

  func remove(_ descriptor: CInt) { descriptors.withLock { _ = $0.remove(descriptor) } }

  /// Ends all connections, both ways: who waits for one of them hears its end, who sends an error.
  func cutAll() {
    descriptors.withLock { descriptors in
      for descriptor in descriptors { Glibc.shutdown(descriptor, CInt(SHUT_RDWR)) }
    }
  }
}
