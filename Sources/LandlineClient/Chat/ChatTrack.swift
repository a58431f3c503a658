import LandlineProtocol

/// How far one has come in a room: decides what is to be shown. A value without a connection.
struct ChatTrack: Hashable, Sendable {
  enum Step: Hashable, Sendable {
    /// It is the next one.
    case show
    /// It was shown already.
    case skip
    /// Others come before it, which have not been seen.
    case catchUp
  }

  /// The room as the server writes it.
  var room: String
  /// The number of the next message.
  private(set) var next: Int64

  init(room: String, next: Int64) {
    self.room = room
    self.next = max(next, 1)
  }

  /// The number of the last message that was shown.
  var last: Int64 { next - 1 }

  func step(for number: Int64) -> Step {
    if number < next { return .skip }
    return number == next ? .show : .catchUp
  }

  /// Notes that a message was shown.
  mutating func shown(_ number: Int64) { next = max(next, number + 1) }
}
