import CSockets
import Glibc
import Sockets
import Testing

/// A python3 that runs a script, with its standard input and output on one end of a pair of sockets.
///
/// The script talks to the test in lines; ``finish()`` waits for its end and expects status 0.
final class PythonPeer {
  private let process: pid_t
  private var stream: SocketStream
  private var isFinished = false

  /// Starts a script.
  ///
  /// - Parameters:
  ///   - script: Python's text; `import socket, sys, os` and `say(…)` are there already.
  ///   - arguments: `sys.argv[1:]`.
  init(_ script: String, _ arguments: [String] = []) throws {
    let pair = try SocketPair()
    let ours = pair.first
    let theirs = pair.second
    let prelude = """
      import socket, sys, os
      def say(*words): print(*words, flush=True)
      def hear(): return sys.stdin.readline().rstrip("\\n")

      """
    let python = getenv("LANDLINE_PYTHON").map { String(cString: $0) } ?? "python3"
    // -I: nothing of the user's; -S: no site packages, which halves the time that it takes to start.
    let words = [python, "-I", "-S", "-c", prelude + script] + arguments
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, theirs.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, theirs.descriptor, 1)
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for word in argv { free(word) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, python, &actions, nil, &argv, environ)
    try #require(failure == 0, "\(python) cannot be started: \(String(cString: strerror(failure)))")
    self.process = process
    theirs.close()
    // A bound, so that a script that hangs fails its test instead of holding it up.
    try ours.setTimeout(.seconds(20))
    stream = try SocketStream(ours)
  }

  deinit {
    guard !isFinished else { return }
    kill(process, SIGKILL)
    var status: CInt = 0
    waitpid(process, &status, 0)
  }

  /// The next line that the script said.
  func line(_ location: SourceLocation = #_sourceLocation) throws -> String {
    try #require(try stream.readLine(limit: 1 << 20), "the script ended", sourceLocation: location)
  }

  /// The next line as a number.
  func number(_ location: SourceLocation = #_sourceLocation) throws -> Int {
    try #require(Int(try line(location)), sourceLocation: location)
  }

  /// Gives the script a line.
  func tell(_ line: String) throws {
    try stream.write(line + "\n")
    try stream.flush()
  }

  /// Waits for the script's end.
  func finish(_ location: SourceLocation = #_sourceLocation) throws {
    try stream.socket.shutdown(.sending)
    let rest = try stream.readText()
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    isFinished = true
    #expect(status == 0, "the script failed", sourceLocation: location)
    #expect(rest == "", "the script said more", sourceLocation: location)
  }
}
