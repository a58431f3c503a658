import Glibc
import Logging

/// Gives each event to a writer as one structured line.
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.notice
  private let format: LogFormat
  private let writer: LogWriter

  init(_ format: LogFormat, to writer: LogWriter) {
    self.format = format
    self.writer = writer
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var all = metadata
    if let more = event.metadata { all.merge(more) { _, new in new } }
    if let error = event.error { all["error"] = "\(error)" }
    writer.write(format.line(event.level, event.message.description, all, at: Self.now()))
  }

  private static func now() -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time
  }
}

/// The log of a server: where its lines go and how they look.
struct ServerLog {
  let logger: Logger
  private let writer: LogWriter

  init(_ format: LogFormat, level: Logger.Level, descriptor: Int32 = STDERR_FILENO) {
    let writer = LogWriter(descriptor: descriptor) { count in
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      return format.line(.warning, "log lines were lost, nobody read them in time", ["lines": "\(count)"], at: time)
    }
    var logger = Logger(label: "landline") { _ in LineLogHandler(format, to: writer) }
    logger.logLevel = level
    self.logger = logger
    self.writer = writer
  }

  /// Waits until everything is written.
  func flush() { writer.flush() }
}
