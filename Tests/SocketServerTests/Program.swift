import Glibc
import Sockets
import Testing

/// A program that runs beside the test and talks to it in lines.
final class Program {
  let process: pid_t
  private var stream: SocketStream
  private var isFinished = false

  /// Starts a program; its standard input and output are one end of a pair of sockets.
  init(_ words: [String]) throws {
    let pair = try SocketPair()
    let ours = pair.first
    let theirs = pair.second
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, theirs.descriptor, 0)
    posix_spawn_file_actions_adddup2(&actions, theirs.descriptor, 1)
    // The threads that tests run on block signals; the program shall not.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, words[0], &actions, &attributes, &arguments, environ)
    try #require(failure == 0, "\(words[0]) cannot be started: \(String(cString: strerror(failure)))")
    self.process = process
    theirs.close()
    // A bound, so that a program that hangs fails its test instead of holding it up.
    try ours.setTimeout(.seconds(60))
    stream = try SocketStream(ours)
  }

  /// `forktest`, which lies beside the program that runs the tests.
  static func forktest(_ arguments: String...) throws -> Program {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    try #require(count > 0)
    let text = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folder = text.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return try Program([folder + "/forktest"] + arguments)
  }

  /// python3 with a script, for which `import socket, sys` and `say(…)` are there already.
  static func python(_ script: String, _ arguments: String...) throws -> Program {
    let prelude = """
      import socket, sys
      def say(*words): print(*words, flush=True)

      """
    let python = getenv("LANDLINE_PYTHON").map { String(cString: $0) } ?? "python3"
    return try Program([python, "-I", "-S", "-c", prelude + script] + arguments)
  }

  deinit {
    guard !isFinished else { return }
    kill(process, SIGKILL)
    var status: CInt = 0
    waitpid(process, &status, 0)
  }

  /// The next line that it says.
  func line(_ location: SourceLocation = #_sourceLocation) throws -> String {
    try #require(try stream.readLine(), "the program ended", sourceLocation: location)
  }

  func tell(_ line: String) throws {
    try stream.write(line + "\n")
    try stream.flush()
  }

  func send(_ signal: CInt) { kill(process, signal) }

  /// Waits for its end; what it said last, line by line. Its status has to be 0.
  @discardableResult
  func finish(_ location: SourceLocation = #_sourceLocation) throws -> [String] {
    var lines: [String] = []
    while let line = try stream.readLine() { lines.append(line) }
    var status: CInt = 0
    #expect(waitpid(process, &status, 0) == process, sourceLocation: location)
    isFinished = true
    #expect(status == 0, "\(lines)", sourceLocation: location)
    return lines
  }
}
