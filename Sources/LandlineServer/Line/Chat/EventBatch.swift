import LandlineProtocol
import LandlineServices
import NIOCore

/// What happened in a room, encoded once for everybody there.
struct EventBatch: Sendable {
  private struct Event {
    /// Of a message; 0 for what has no number.
    var number: Int64
    /// Where its bytes end.
    var end: Int
    /// Bytes of bodies up to here.
    var bodies: Int
  }

  /// Whole messages of the line protocol.
  private(set) var bytes = ByteBuffer()
  private var events: [Event] = []
  /// The place of its first event in all that happened in the room since anybody listens.
  private var first: UInt64 = 0

  /// How many bytes one may have, but for one that is a single event, which has less than half of it. With what TLS adds
  /// it is a buffer of 64 KiB, and not one of twice that.
  static let most = 57_344

  /// As many as it takes for `events`.
  static func batches(of events: [ChatEvent]) -> [EventBatch] {
    var batches: [EventBatch] = []
    var start = 0
    var size = 0
    for (index, event) in events.enumerated() {
      // A head has less than 512 bytes.
      let next = if case .message(_, let text) = event { text.count + 512 } else { 512 }
      if size + next > most {
        batches.append(EventBatch(events[start..<index]))
        (start, size) = (index, 0)
      }
      size += next
    }
    if start < events.count { batches.append(EventBatch(events[start...])) }
    return batches
  }

  private init(_ events: ArraySlice<ChatEvent>) {
    self.events.reserveCapacity(events.count)
    for event in events {
      var bodies = self.events.last?.bodies ?? 0
      var number: Int64 = 0
      switch event {
      case .message(let push, let text):
        write(push.head(body: text.count))
        bytes.writeBytes(text)
        number = push.number
        bodies += text.count
      case .presence(let push): write(push.head)
      }
      self.events.append(Event(number: number, end: bytes.readableBytes, bodies: bodies))
    }
  }

  private mutating func write(_ head: [UInt8]) {
    bytes.writeInteger(UInt32(head.count), endianness: .little)
    bytes.writeBytes(head)
  }

  var count: Int { bytes.readableBytes }
  /// Bytes of texts in it.
  var bodies: Int { events.last?.bodies ?? 0 }
  /// The greatest number in it; 0 when there is none.
  var lastNumber: Int64 { events.reduce(0) { max($0, $1.number) } }

  /// Gives its events their places.
  /// - Parameter before: how many events there were before.
  mutating func place(behind before: UInt64) -> UInt64 {
    first = before
    return before + UInt64(events.count)
  }

  /// Adds what happened directly after it.
  mutating func append(_ next: EventBatch) {
    let (start, bodies) = (count, bodies)
    bytes.writeImmutableBuffer(next.bytes)
    events += next.events.map { Event(number: $0.number, end: $0.end + start, bodies: $0.bodies + bodies) }
  }

  /// Whether somebody who came when so much had happened is to see all of it.
  /// - Parameter after: and knew of messages up to this number.
  func isWhole(since: UInt64, after: Int64) -> Bool {
    since <= first && (events.first.map { $0.number == 0 || $0.number > after } ?? true)
  }

  /// What somebody who came later is to see of it.
  func part(since: UInt64, after: Int64) -> (bytes: ByteBuffer, bodies: Int)? {
    var place = first
    var start = 0
    var skippedBodies = 0
    for event in events {
      if place >= since, event.number == 0 || event.number > after { break }
      start = event.end
      skippedBodies = event.bodies
      place += 1
    }
    guard start < count, let part = bytes.getSlice(at: bytes.readerIndex + start, length: count - start) else {
      return nil
    }
    return (part, bodies - skippedBodies)
  }
}
