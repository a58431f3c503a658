import Glibc
import Sockets
import Testing

/// A python3 that runs a script, with its standard input and output on one end of a pair of sockets.
final class Script {
  private let process: pid_t
  private var stream: SocketStream

  init(_ script: String, _ arguments: String...) throws {
    let pair = try SocketPair()
    let ours = pair.first
    let theirs = pair.second
    let python = getenv("LANDLINE_PYTHON").map { String(cString: $0) } ?? "python3"
    let words = [python, "-I", "-S", "-c", script] + arguments
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, theirs.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, theirs.descriptor, 1)
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for word in argv { free(word) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, python, &actions, nil, &argv, environ)
    try #require(failure == 0, "\(python) cannot be started")
    self.process = process
    try ours.setTimeout(.seconds(60))
    stream = try SocketStream(ours)
  }

  deinit {
    kill(process, SIGKILL)
    var status: CInt = 0
    waitpid(process, &status, 0)
  }

  /// The next line that the script printed.
  func line() throws -> String { try #require(try stream.readLine(), "the script ended") }
}
