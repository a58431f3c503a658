/// What a person pressed.
enum Key: Hashable, Sendable {
  case character(Unicode.Scalar)
  case enter
  case backspace
  case delete
  case left
  case right
  case wordLeft
  case wordRight
  case up
  case down
  case home
  case end
  /// Ctrl-K, Ctrl-U, Ctrl-W, Alt-D: what they take away, Ctrl-Y puts back.
  case cutToEnd
  case cutToStart
  case cutWordLeft
  case cutWordRight
  case paste
  /// Ctrl-L.
  case redraw
  /// Ctrl-C.
  case interrupt
  /// Ctrl-D.
  case endOfInput
  /// Ctrl-Z.
  case suspend
}
