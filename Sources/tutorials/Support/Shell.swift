import Addresses
import Glibc
import Selectors
import SocketServer
import Sockets
import SystemPackage

/// A command of the system's shell, and what it answered. (Python: `subprocess.Popen(command, shell=True, …)`.)
///
/// Both of its outputs are read at the same time: Python's tutorials read one to its end first, and hang when the command
/// fills the other. A command has a minute, and a bound for what it writes; then it and what it started is killed.
struct Shell {
  let output: [UInt8]
  let errors: [UInt8]

  private static let limit = 64 << 20
  private static let timeLimit = Duration.seconds(60)

  /// Runs a command to its end.
  init(_ command: String) throws {
    guard !command.utf8.contains(0) else { throw Failure("a command with a zero byte") }
    // Pairs, not pipes: no command that another thread starts at this moment takes one along.
    let outputPair = try SocketPair()
    let errorPair = try SocketPair()
    let process = try Self.spawn(command, outputPair.second.descriptor, errorPair.second.descriptor)
    let output = outputPair.first
    let error = errorPair.first
    let outputEnd = outputPair.second
    let errorEnd = errorPair.second
    outputEnd.close()
    errorEnd.close()
    var texts: [[UInt8]] = [[], []]
    var isCut = true
    do {
      isCut = try !Self.read(output, error, into: &texts)
    } catch {
      warn("\(error)")
    }
    if isCut { kill(-process, SIGKILL) }
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    if isCut { texts[1] += Array("the command was ended: it took too long, or wrote too much\n".utf8) }
    (self.output, self.errors) = (texts[0], texts[1])
  }

  /// Reads both to their ends; returns whether it came so far.
  private static func read(
    _ output: borrowing Socket, _ errors: borrowing Socket, into texts: inout [[UInt8]]
  ) throws -> Bool {
    let deadline = ContinuousClock.now.advanced(by: timeLimit)
    var selector = try DefaultSelector<Int>()
    try selector.register(output.descriptor, for: .read, data: 0)
    try selector.register(errors.descriptor, for: .read, data: 1)
    while selector.count > 0 {
      let now = ContinuousClock.now
      guard now < deadline else { return false }
      for ready in try selector.select(timeout: now.duration(to: deadline)) {
        let index = ready.key.data
        let bytes = try index == 0 ? output.receive(upTo: 65_536) : errors.receive(upTo: 65_536)
        if bytes.isEmpty { try selector.unregister(ready.key.descriptor) }
        texts[index] += bytes
        guard texts[index].count <= limit else { return false }
      }
    }
    return true
  }

  private static func spawn(_ command: String, _ output: CInt, _ errors: CInt) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    // A group of its own, so that what the command starts can be ended with it.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var words: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", command].map { (word: String) in strdup(word) } + [nil]
    defer { for word in words { free(word) } }
    var process: pid_t = 0
    let failure = posix_spawn(&process, "/bin/sh", &actions, &attributes, &words, environ)
    guard failure == 0 else { throw Failure("/bin/sh cannot be started: \(Errno(rawValue: failure))") }
    return process
  }
}

extension Shell {
  /// Of a server that runs commands: it sends clients away that are not on this machine, for a shell for everybody who
  /// connects, as the originals give, is nobody's wish.
  static func serverSettings(at server: SocketAddress) -> ServerSettings {
    var settings = ServerSettings()
    settings.maximumPacketSize = 65_535
    settings.verifyRequest = { isAllowed($0, at: server) }
    return settings
  }

  /// Whether a client is on this machine.
  static func isAllowed(_ client: SocketAddress, at server: SocketAddress?) -> Bool {
    guard let client = client.ipAddress else { return true }
    if client.isLoopback || client == server?.ipAddress { return true }
    warn("\(client) was sent away: commands are only run for clients on this machine")
    return false
  }
}
