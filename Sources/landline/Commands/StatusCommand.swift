import ArgumentParser
import LandlineClient
import LandlineProtocol

/// `landline status`.
struct StatusCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how a server is doing: its disk, who is connected, what is on its way and how fast.",
    discussion: """
      For admins, or on the server's own machine for the user that runs it. Rates are those of the last \
      seconds.

      Examples:
        landline status --data ./data
        landline status --server office
        landline status --data ./data --json
      """)

  @Flag(help: "Show it again every 2 seconds, until it is interrupted, or nobody reads it any more.")
  var watch = false

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  private static let interval = Duration.seconds(2)

  func run() async throws {
    try await server.client().withConnection { connection in
      while true {
        let (status, connections) = try await connection.statusWithConnections()
        show(StatusTable(status: status, connections: connections))
        guard watch else { return }
        try await Task.sleep(for: Self.interval)
        if Terminal.isReaderGone { throw ExitStatus.readerGone }
      }
    }
  }

  private func show(_ table: StatusTable) {
    if json {
      JSONLine.write(table)
    } else if watch && Terminal.isOutput {
      // Home, each line to its end, what is left below: the picture does not flicker.
      Screen.shared.out("\u{1B}[H" + table.lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
    } else {
      Screen.shared.out(table.lines.joined(separator: "\n") + (watch ? "\n" : ""))
    }
  }
}

/// A server's status as it is printed.
struct StatusTable: Encodable {
  /// How much of a device's id is shown: enough to tell one's devices apart.
  private static let shownID = 8

  let status: StatusAnswer
  let connections: [ConnectionEntry]

  private enum Key: String, CodingKey { case clients }

  /// The fields of the answer, and the connections as `clients`.
  func encode(to encoder: any Encoder) throws {
    try status.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(connections, forKey: .clients)
  }

  var lines: [String] { summary + (connections.isEmpty ? [] : [""] + clients) }

  private var summary: [String] {
    let used = status.totalBytes - status.freeBytes
    return Format.table([
      ["version", printable(status.version)],
      ["listening", printable(status.listening)],
      ["fingerprint", "\(status.fingerprint)"],
      ["up", Format.duration(status.uptime)],
      [
        "disk",
        "\(Format.bytes(status.freeBytes)) free of \(Format.bytes(status.totalBytes)) "
          + "(\(Format.percent(used, of: status.totalBytes)) % used)",
      ],
      ["received", "\(Format.bytes(status.received)), now \(Format.rate(Double(status.receiveRate)))"],
      ["sent", "\(Format.bytes(status.sent)), now \(Format.rate(Double(status.sendRate)))"],
      ["connections", "\(status.connections)"],
      ["transfers", "\(status.transfers)"],
    ])
  }

  private var clients: [String] {
    let head = ["account", "device", "peer", "since", "receiving", "sending"]
    let rows = connections.map { connection in
      [
        printable(connection.account), connection.device.map { String(printable($0).prefix(Self.shownID)) } ?? "-",
        connection.peer.map { printable($0) } ?? "local", Format.time(connection.since),
        Format.rate(Double(connection.receiveRate)), Format.rate(Double(connection.sendRate)),
      ]
    }
    let table = Format.table([head] + rows)
    var lines = [table[0]]
    for (row, connection) in zip(table.dropFirst(), connections) {
      lines.append(row)
      for transfer in connection.transfers { lines.append("  " + line(of: transfer)) }
      if let small = connection.small { lines.append("  small files  \(small) under way") }
      if let small = connection.small { lines.append("  small files  \(small) under way") }
    }
    return lines
  }

  /// `get videos/c.mkv  61 %  655 MiB of 1.0 GiB`
  private func line(of transfer: TransferEntry) -> String {
    let name = "\(printable(transfer.op)) \(printable(transfer.path))"
    guard let size = transfer.size else { return "\(name)  \(Format.bytes(transfer.done))" }
    return "\(name)  \(Format.percent(transfer.done, of: size)) %  "
      + "\(Format.bytes(transfer.done)) of \(Format.bytes(size))"
  }
}
