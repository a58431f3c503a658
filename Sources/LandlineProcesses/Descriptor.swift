import Glibc

/// A descriptor that is closed when nobody holds it any more.
final class Descriptor: Sendable {
  let raw: Int32

  init(owning raw: Int32) { self.raw = raw }

  deinit { close(raw) }
}
