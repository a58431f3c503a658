import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline time`.
struct TimeCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "time",
    abstract: "Ask a server what time it is.",
    discussion: """
      The server's time stands alone on standard output, in the server's time zone. Standard error says how long \
      the answer took, and how far this machine's clock is from the server's, as far as one can tell: the error \
      is half the round trip at most. The best of five tries counts.

      Examples:
        landline time
        landline time '%H:%M:%S' --server office
      """)

  @Argument(help: ArgumentHelp("As strftime takes it. (default: %Y-%m-%d %X)", valueName: "format"))
  var format: String?

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  private struct Line: Encodable {
    var time: String
    var seconds: Int64
    var nanoseconds: Int32
    var roundTripNanos: Int64
    var offsetNanos: Int64
  }

  func run() async throws {
    let reading = try await server.client().withConnection { try await $0.time(format) }
    if json {
      JSONLine.write(
        Line(
          time: reading.answer.time, seconds: reading.answer.seconds, nanoseconds: reading.answer.nanoseconds,
          roundTripNanos: Self.nanoseconds(reading.roundTrip), offsetNanos: Self.nanoseconds(reading.offset)))
      return
    }
    Screen.shared.out(printable(reading.answer.time, atMost: 4_096))
    let side = reading.offset < .zero ? "behind" : "ahead of"
    let offset = Self.text(reading.offset < .zero ? .zero - reading.offset : reading.offset)
    Screen.shared.note(
      "round trip \(Self.text(reading.roundTrip)); this machine's clock is \(offset) \(side) the server's "
        + "(± \(Self.text(reading.roundTrip / 2)))")
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    let (whole, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflows ? (seconds < 0 ? .min : .max) : whole + attoseconds / 1_000_000_000
  }

  /// `0.42 ms`, `1.20 s`.
  private static func text(_ duration: Duration) -> String {
    let microseconds = nanoseconds(duration) / 1_000
    let (unit, value) = microseconds < 1_000_000 ? ("ms", microseconds / 10) : ("s", microseconds / 10_000)
    let hundredths = value % 100
    return "\(value / 100).\(hundredths < 10 ? "0" : "")\(hundredths) \(unit)"
  }
}
