import LandlineTransport

/// A connection that is told what happens in a room.
struct Listener: Sendable {
  var line: LineChannel
  var traffic: Traffic
  /// How much had happened in the room when it came.
  var since: UInt64
  /// The number of the last message that it was told of when it came.
  var after: Int64
}
