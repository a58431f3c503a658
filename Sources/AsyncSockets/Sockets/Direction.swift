/// Which way bytes go.
enum Direction: Sendable {
  case reading
  case writing
}
