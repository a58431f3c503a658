import ArgumentParser
import Glibc
import LandlineClient
import LandlineProtocol

/// `landline chat`.
struct ChatCommand: AsyncParsableCommand, SpeaksJSON {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Talk with the others on a server.",
    discussion: """
      The room 'lobby' is always there; another one is there as soon as something is said in it. On entering \
      the last messages are shown, and the last ones that were for you alone. In the room '/help' lists what there is beside talking: /msg NAME TEXT, \
      /who, /me TEXT, /topic [TEXT], /history [N], /put FILE, quit. When the server is lost, another \
      connection is tried; nothing is missed, and nothing is said twice.

      Without a terminal, lines of standard input are messages, and what others say comes as lines \
      'NAME: TEXT', of the past only what --since or --history asks for. At the end of the input it leaves, \
      when everything is stored.

      Examples:
        echo 'the backup is done' | landline chat
        landline chat build --server office --since 0 </dev/null
        tail -n 3 a.txt | landline chat lobby --json
      """)

  @Argument(help: ArgumentHelp("The room.", valueName: "room"))
  var room = RoomName.lobby

  @Option(help: ArgumentHelp("Show what was said behind this number.", valueName: "number"))
  var since: Int64?

  @Option(help: ArgumentHelp("Show so many of the last messages (50 on a terminal, else 0).", valueName: "count"))
  var history: Int?

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  var json: Bool { output.json }

  func validate() throws {
    if since != nil && history != nil { throw ValidationError("--since and --history exclude each other") }
    if let since, since < 0 { throw ValidationError("messages are numbered from 1; --since 0 shows all of them") }
    if let history, !(0...ChatLimits.history).contains(history) {
      throw ValidationError("--history shows 0 to \(ChatLimits.history) messages; --since NUMBER shows more")
    }
  }

  func run() async throws {
    guard case .room(let name) = try RoomName(room) else {
      throw ClientError(
        .usage, "'\(printable(room))' is no room", advice: "'/msg NAME TEXT' in a room says something to one alone")
    }
    let client = try server.client()
    let isTalk = !json && Self.isTerminal
    var options = ChatRoomOptions(room: name)
    options.past = since.map { .after($0) } ?? .last(history ?? (isTalk ? 50 : 0))
    if isTalk {
      options.patience = nil
      try await TerminalChat(client, options, server: place).run()
    } else {
      if json { Interrupt.say(inJSONOn: STDOUT_FILENO) }
      try await PipedChat(client: client, options: options, json: json).run()
    }
  }

  /// Whether a person types and reads, on a terminal that can move its cursor.
  private static var isTerminal: Bool {
    guard isatty(STDIN_FILENO) == 1, Terminal.isOutput else { return false }
    guard let kind = getenv("TERM") else { return true }
    return strcmp(kind, "dumb") != 0
  }

  /// How paths on the server are written for who reads them here.
  private var place: String {
    if server.data != nil { return ":" }
    return (try? ServerChoice.load().place(for: server.server)) ?? ":"
  }
}
