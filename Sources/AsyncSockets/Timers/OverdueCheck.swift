/// Looks, after a call with a deadline has parked, whether the deadline had passed by then: its timer may have fired already.
///
/// It keeps what it needs alive, apart from the socket, which may be gone; and then its timer is in no heap and has no
/// deadline.
struct OverdueCheck {
  private let timer: Unmanaged<DirectionTimer>
  private let loop: Unmanaged<EventLoop>

  /// Nil when the direction has no timer.
  @inline(__always)
  init?(_ timer: DirectionTimer?, _ loop: EventLoop) {
    guard let timer else { return nil }
    self.timer = .passRetained(timer)
    self.loop = .passRetained(loop)
  }

  /// Looks, and lets go. To be called once.
  func run() {
    loop._withUnsafeGuaranteedRef { loop in timer._withUnsafeGuaranteedRef { loop.fireIfOverdue($0) } }
    timer.release()
    loop.release()
  }
}
