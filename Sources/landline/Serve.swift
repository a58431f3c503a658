import ArgumentParser
import LandlineProtocol
import LandlineServer
import Logging
import ServiceLifecycle
import UnixSignals

/// `landline serve`: the server, in the foreground.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run a server.",
    discussion: """
      Prints 'listening on ADDRESS:PORT' and, at the first start, the server's fingerprint and an invite
      for its admin. Every option can also be given by environment (LANDLINE_LISTEN, …) or in a JSON
      file named by --config ({"listen": "0.0.0.0:5263"}); an option here comes first, then the
      environment, then the file.

      Examples:
        landline serve
        landline serve --data ./data --listen 0.0.0.0:5263 --name porch
      """)

  @Option(help: "The data folder; made when it is not there. (default: ./data)")
  var data: String?
  @Option(help: "ADDRESS:PORT to listen on; port 0 picks one. (default: 0.0.0.0:5263)")
  var listen: String?
  @Option(help: "HOST:PORT that goes into invites. (default: the machine's name and the port)")
  var advertise: String?
  @Option(help: "What the server calls itself. (default: the machine's name)")
  var name: String?
  @Option(help: "PEM file of a certificate chain that authorities vouch for.")
  var certificate: String?
  @Option(help: "PEM file of that certificate's private key.")
  var privateKey: String?
  @Option(help: "Seconds from connecting to logged in. (default: 10)")
  var loginTimeout: Int?
  @Option(help: "Seconds a client may be silent in the middle of something. (default: 120)")
  var stallTimeout: Int?
  @Option(help: "Seconds that running transfers get when the server ends. (default: 30)")
  var drainTimeout: Int?
  @Option(help: "Connections in all. (default: 8192)")
  var maxConnections: Int?
  @Option(
    help: ArgumentHelp(
      "Bytes a second that each account may send, and as many receive, unless it has a limit of its own: 500K, 10M. (default: none)",
      valueName: "rate"))
  var limitRate: String?
  @Option(
    help: ArgumentHelp(
      "What stays free of the disk: 500M, 1G. (default: 256M, or a hundredth of the disk if that is less)",
      valueName: "bytes"))
  var keepFree: String?
  @Option(
    help: ArgumentHelp(
      "The most bytes that the files and the unfinished uploads may have together: 500G. (default: no bound)",
      valueName: "bytes"))
  var maxUse: String?
  @Option(
    help: ArgumentHelp(
      "The UDP port on which to tell the time to anybody: 37000; 0 picks one. (default: none)", valueName: "port"))
  var clockPort: Int?
  @Flag(help: "Answer 'landline discover' on the local network.")
  var discoverable = false
  @Option(help: "Messages a second that one account may say in chat in the long run. (default: 500)")
  var chatRate: Int?
  @OptionGroup var commands: ServeCommandOptions
  @Option(help: "trace, debug, info, notice, warning, error or critical. (default: notice)")
  var logLevel: String?
  @Option(help: "How lines of the log look: logfmt or json. (default: logfmt)")
  var logFormat: String?
  @Option(help: "A JSON file with settings.")
  var config: String?
  @Flag(help: "Print JSON, one object a line.")
  var json = false

  func run() async throws {
    let values = try ServeConfiguration(
      file: config,
      options: [
        .data: data, .listen: listen, .advertise: advertise, .name: name, .certificate: certificate,
        .privateKey: privateKey, .loginTimeout: loginTimeout.map(String.init),
        .stallTimeout: stallTimeout.map(String.init), .drainTimeout: drainTimeout.map(String.init),
        .maxConnections: maxConnections.map(String.init), .limitRate: limitRate, .keepFree: keepFree,
        .maxUse: maxUse, .chatRate: chatRate.map(String.init), .clockPort: clockPort.map(String.init),
        .discoverable: discoverable ? "true" : nil, .logLevel: logLevel, .logFormat: logFormat,
      ].merging(commands.values) { own, _ in own })
    let settings = try values.settings()
    let log = ServerLog(try values.logFormat(), level: try values.logLevel())
    defer { log.flush() }

    let json = json
    let server = LandlineServer(
      settings: settings, logger: log.logger,
      onStart: { started in
        ServeOutput(json: json).print(started)
        ServiceNotification.ready(listening: started.listening)
      },
      onEnd: { ServiceNotification.stopping() })
    let group = ServiceGroup(
      configuration: .init(
        services: [
          .init(
            service: server, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup)
        ],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: log.logger))
    try await group.run()
  }
}
