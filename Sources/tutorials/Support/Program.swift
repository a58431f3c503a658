import Addresses

/// What a program of the tutorials is called, what it is about, and where it usually is.
struct About: Sendable {
  /// The name under which it is run.
  let id: String
  /// What it teaches, in English.
  let summary: String
  /// Where its server usually listens; nil where there is no network, or no fixed place.
  let host: String?
  let port: Port?
  /// The environment variables that it looks at, beside `HOST` and `PORT`.
  let settings: [String]

  init(_ id: String, _ summary: String, at host: String? = nil, _ port: UInt16? = nil, settings: [String] = []) {
    self.id = id
    self.summary = summary
    self.host = host
    self.port = port.map { Port($0) }
    self.settings = settings
  }
}

/// A program of the tutorials.
protocol Program: SendableMetatype {
  static var about: About { get }
}

/// A program of two sides.
protocol Pair: Program {
  static func server(_ settings: Settings) throws
  static func client(_ settings: Settings) throws
}

/// A program of one side.
protocol Script: Program {
  static func script(_ settings: Settings) throws
}

/// Why a program ends: a sentence for the person who runs it.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
