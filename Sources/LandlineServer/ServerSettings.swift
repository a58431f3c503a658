import LandlineServices

/// Everything about a server that can be chosen.
public struct ServerSettings: Sendable {
  /// The data folder; made when it is not there.
  public var data = "./data"
  /// The address to listen on; port 0 picks a free one.
  public var listenHost = "0.0.0.0"
  public var listenPort = 5263
  /// What invites say where the server is; nil: the machine's name and the port it listens on.
  public var advertise: String?
  /// What the server calls itself towards clients; nil: the machine's name.
  public var name: String?
  /// PEM files of a certificate chain and its key; nil: the server's own, self-signed.
  public var certificateFile: String?
  public var privateKeyFile: String?
  /// Seconds from connecting to logged in.
  public var loginTimeout: Int64 = 10
  /// Seconds for one message, an open upload without a message, or unread answers.
  public var stallTimeout: Int64 = 120
  /// Seconds that running transfers get when the server ends.
  public var drainTimeout: Int64 = 30
  /// Connections in all, and those of them that are not logged in.
  public var maximumConnections = 8_192
  public var maximumUnauthenticated = 1_024

  /// What an account without a limit of its own may move, in bytes a second, each way; 0: as much as goes.
  public var rate: Int64 = 0
  /// Bytes of the disk that stay free; nil: 256 MiB, or a hundredth of the disk where that is less.
  public var keepFree: Int64?
  /// The most bytes that stored files and kept uploads may have together; nil: no bound.
  public var maximumUse: Int64?

  /// Programs that the server runs for people.
  public var commands = CommandSettings()

  /// The UDP port on which the time is told; nil: on none. 0 picks a free one.
  public var clockPort: Int?
  /// Whether it answers those who look for servers on the local network.
  public var isDiscoverable = false

  /// Messages a second that one account may say in chat, in the long run.
  public var chatRate = ChatFlow().messages

  var space: SpaceBounds { SpaceBounds(keepFree: keepFree, maximumUse: maximumUse) }

  public init() {}
}

/// Why a server could not start, as a sentence for its operator.
public struct ServerError: Error, Sendable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
