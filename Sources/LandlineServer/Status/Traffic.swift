import Synchronization

/// Bytes of bodies that went over one connection, or over all of them.
///
/// Counting costs two relaxed additions; the rates are worked out from samples that somebody else takes.
final class Traffic: Sendable {
  private struct Rings {
    var receiving = RateRing()
    var sending = RateRing()
  }

  private let whole: Traffic?
  private let start = ContinuousClock.now
  private let receivedBytes = Atomic<Int64>(0)
  private let sentBytes = Atomic<Int64>(0)
  private let rings = Mutex(Rings())

  /// - Parameter whole: what this is a part of: it counts the same bytes, too.
  init(partOf whole: Traffic? = nil) {
    self.whole = whole
  }

  var received: Int64 { receivedBytes.load(ordering: .relaxed) }
  var sent: Int64 { sentBytes.load(ordering: .relaxed) }

  func received(_ count: Int) {
    receivedBytes.wrappingAdd(Int64(count), ordering: .relaxed)
    whole?.received(count)
  }

  func sent(_ count: Int) {
    sentBytes.wrappingAdd(Int64(count), ordering: .relaxed)
    whole?.sent(count)
  }

  /// To be called about once a second.
  func sample(at time: ContinuousClock.Instant) {
    let (received, sent) = (received, sent)
    rings.withLock { rings in
      rings.receiving.note(received, at: time)
      rings.sending.note(sent, at: time)
    }
  }

  /// What was counted so far, and a second over the last few.
  struct Reading {
    var received: Int64
    var sent: Int64
    var receiveRate: Int64
    var sendRate: Int64
  }

  func reading(at time: ContinuousClock.Instant) -> Reading {
    let (received, sent) = (received, sent)
    return rings.withLock { rings in
      Reading(
        received: received, sent: sent, receiveRate: rings.receiving.rate(received, at: time, since: start),
        sendRate: rings.sending.rate(sent, at: time, since: start))
    }
  }
}
